--- The server: which program it is, where its project begins, its start and its end.
local config = require('speclint.config')
local util = require('speclint.util')

local M = {}

M.name = 'speclint'

--- The servers that have begun to work: those are started again when they end by accident.
---@type table<integer, boolean>
local working = {}
--- When servers have been started again.
---@type integer[]
local restarts = {}
--- Programs that are known to be missing: that is told once.
---@type table<string, boolean>
local missed = {}

--- How often it is started again in three minutes.
local MOST_RESTARTS = 3

--- The folder in which the project of a buffer begins: its repository, unless that is all of the user's home; else its
--- flake or configuration.
---@param buffer integer
---@return string
function M.root(buffer)
  local function at(markers)
    return vim.fs.root(buffer, markers)
  end
  local repository = at({ '.git', '.jj', '.hg' })
  local home = vim.uv.os_homedir()
  if repository and repository ~= '/' and vim.fs.normalize(repository) ~= vim.fs.normalize(home or '') then
    return repository
  end
  local project = at({ 'flake.nix' }) or at({ 'configuration.nix', 'home.nix', 'speclint.toml' })
  return project or vim.fs.dirname(vim.api.nvim_buf_get_name(buffer))
end

--- Whether a buffer is a file that a server can be attached to.
---@param buffer integer
---@return boolean
function M.is_file(buffer)
  local name = vim.api.nvim_buf_get_name(buffer)
  return vim.bo[buffer].buftype == '' and name ~= '' and not name:match('^%a[%w+.-]*://')
end

--- The configuration of the client that is in force, whoever has set it.
---@return vim.lsp.ClientConfig
function M.config()
  local set = vim.lsp.config and vim.lsp.config[M.name]
  return set or M.defaults()
end

--- Where the program is; nothing if it is missing. `true` if the server is not started as a program.
---@return string|true|nil path
---@return string? program
function M.program()
  local cmd = M.config().cmd
  if type(cmd) ~= 'table' then
    return true
  end
  local path = vim.fn.exepath(cmd[1])
  return path ~= '' and path or nil, cmd[1]
end

--- Whether the server can be started. If not, the user is told what to do.
---@param again? boolean Whether that is told if it has been before.
---@return boolean
function M.is_there(again)
  local path, program = M.program()
  if path then
    missed = {}
    return true
  end
  if again or not missed[program] then
    missed[program] = true
    util.tell(
      ('`%s` is not there, so nothing is checked: install it, or set `cmd` (:checkhealth speclint)'):format(program),
      vim.log.levels.ERROR
    )
  end
  return false
end

--- The buffers that a server is to be attached to.
---@return integer[]
function M.buffers()
  local filetypes = M.config().filetypes or {}
  return vim.tbl_filter(function(buffer)
    return vim.api.nvim_buf_is_loaded(buffer)
      and vim.tbl_contains(filetypes, vim.bo[buffer].filetype)
      and M.is_file(buffer)
  end, vim.api.nvim_list_bufs())
end

--- The servers that run, those of a buffer if one is given.
---@param buffer? integer
---@return vim.lsp.Client[]
function M.clients(buffer)
  return vim.lsp.get_clients({ name = M.name, bufnr = buffer })
end

--- Attaches a server to a buffer; starts it if none runs in its project.
---@param buffer integer
function M.start(buffer)
  if not M.is_file(buffer) or not M.is_there() then
    return
  end
  local set = vim.tbl_extend('force', M.config(), { name = M.name })
  local function begin(root)
    set.root_dir = root
    vim.lsp.start(set, { bufnr = buffer })
  end
  if type(set.root_dir) == 'function' then
    set.root_dir(buffer, begin)
  else
    begin(set.root_dir or M.root(buffer))
  end
end

function M.start_all()
  for _, buffer in ipairs(M.buffers()) do
    M.start(buffer)
  end
end

--- Ends the servers, and starts them again in all buffers of theirs.
---@param done? fun()
function M.restart(done)
  if not M.is_there(true) then
    return
  end
  restarts = {}
  local clients = M.clients()
  for _, client in ipairs(clients) do
    working[client.id] = nil
    util.stop(client)
  end
  local waited = 0
  local function go_on()
    local left = vim.tbl_filter(function(client)
      return vim.lsp.get_client_by_id(client.id) ~= nil
    end, clients)
    waited = waited + 1
    -- One that does not listen is ended by force.
    if waited == 20 then
      vim.tbl_map(function(client)
        util.stop(client, true)
      end, left)
    end
    if #left > 0 and waited < 100 then
      return vim.defer_fn(go_on, 50)
    end
    M.start_all()
    if done then
      done()
    end
  end
  go_on()
end

--- What is done when a server has ended.
---@param code integer
---@param signal integer
---@param id integer
local function ended(code, signal, id)
  local worked = working[id]
  working[id] = nil
  -- 15 is how Neovim itself ends what does not listen.
  local by_accident = code ~= 0 or (signal ~= 0 and signal ~= 15)
  if not worked or not by_accident or vim.v.exiting ~= vim.NIL then
    return
  end
  local now = vim.uv.now()
  restarts = vim.tbl_filter(function(at)
    return now - at < 3 * 60 * 1000
  end, restarts)
  local how = signal ~= 0 and ('signal %d'):format(signal) or ('exit status %d'):format(code)
  if #restarts >= MOST_RESTARTS then
    util.tell(
      ('the server has ended again (%s). :Speclint restart starts it, :Speclint log shows why'):format(how),
      vim.log.levels.ERROR
    )
    return
  end
  table.insert(restarts, now)
  util.tell(('the server has ended (%s) and is started again'):format(how), vim.log.levels.WARN)
  -- Neovim forgets the old one first.
  vim.defer_fn(M.start_all, 200)
end

---@param capabilities lsp.ClientCapabilities
---@return lsp.ClientCapabilities
local function as_others_count(capabilities)
  -- All servers of a buffer must count columns alike: nil and nixd know only this.
  return vim.tbl_deep_extend('force', capabilities, { general = { positionEncodings = { 'utf-16' } } })
end

--- The configuration of the client, as it is unless the user changes it.
---@return vim.lsp.ClientConfig
function M.defaults()
  local set = config.current
  return {
    name = M.name,
    cmd = set.cmd,
    cmd_env = set.log_level and { SPECLINT_LOG = set.log_level } or nil,
    filetypes = { 'nix' },
    root_dir = function(buffer, begin)
      if M.is_file(buffer) and M.is_there() then
        begin(M.root(buffer))
      end
    end,
    -- An empty table would be sent as a list.
    settings = next(set.settings) and { speclint = set.settings } or nil,
    -- From 0.11 on, what is left out is as it is for all servers.
    capabilities = as_others_count(vim.lsp.config and {} or vim.lsp.protocol.make_client_capabilities()),
    on_init = function(client)
      working[client.id] = true
    end,
    on_exit = function(code, signal, id)
      vim.schedule(function()
        ended(code, signal, id)
      end)
    end,
  }
end

return M
