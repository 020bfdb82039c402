--- `:checkhealth speclint`.
local config = require('speclint.config')
local explain = require('speclint.explain')
local server = require('speclint.server')
local util = require('speclint.util')

local M = {}

local health = vim.health

local function check_program()
  health.start('speclint: the program')
  local path, name = server.program()
  if path == true then
    return health.info('the server is started by a function, so its program is not known')
  elseif not path then
    return health.error(('`%s` is not there'):format(name), {
      'Install it, and see that it is in the PATH that Neovim has',
      "or name it: require('speclint').setup({ cmd = { '/path/to/speclint', 'lsp' } })",
    })
  end
  local version, problem = explain.ask({ '--version' })
  if version and version:match('^speclint %d') then
    health.ok(('%s: %s'):format(util.shown(path --[[@as string]]), vim.trim(version)))
  else
    health.error(('%s does not tell its version: %s'):format(path, problem or vim.trim(version or '')))
  end
end

local function check_options()
  health.start('speclint: what is set')
  for _, problem in ipairs(config.problems) do
    health.warn(problem, { ':help speclint-options' })
  end
  if #config.problems == 0 then
    health.ok('nothing is wrong with the options')
  end
  if vim.fn.has('nvim-0.11') == 1 then
    health.ok(('Neovim %s'):format(tostring(vim.version())))
  else
    health.info(
      ('Neovim %s: on hover, each server opens a window of its own; 0.11 shows all in one'):format(
        tostring(vim.version())
      )
    )
  end
  health.info('the log is ' .. util.shown(util.log_path()))
end

--- The systems of a buffer.
---@param client vim.lsp.Client
---@param buffer integer
---@return table[]? systems
---@return string? problem
local function systems_of(client, buffer)
  local params = { command = 'speclint.systems', arguments = { { uri = vim.uri_from_bufnr(buffer) } } }
  local answers, problem = vim.lsp.buf_request_sync(buffer, 'workspace/executeCommand', params, 5000)
  local answer = answers and answers[client.id] or {}
  local error = answer.err or answer.error
  return answer.result, error and error.message or problem or 'the server does not answer'
end

---@param client vim.lsp.Client
local function check_repository(client)
  local root = client.root_dir or client.config.root_dir
  local buffers = vim.tbl_keys(client.attached_buffers or {})
  table.sort(buffers)
  health.ok(
    ('a server runs in %s, for %d buffer%s'):format(util.shown(root or '?'), #buffers, #buffers == 1 and '' or 's')
  )
  if not buffers[1] then
    return
  end
  local systems, problem = systems_of(client, buffers[1])
  local name = util.shown(vim.api.nvim_buf_get_name(buffers[1]))
  if not systems then
    health.error(
      ('it does not tell the systems of %s: %s'):format(name, problem),
      { ':Speclint log', ':Speclint restart' }
    )
  elseif #systems == 0 then
    health.warn(('%s belongs to no system'):format(name), {
      'Systems start at a flake.nix, a configuration.nix, or what `entries` in speclint.toml names',
    })
  end
  for _, system in ipairs(systems or {}) do
    local names = table.concat(system.specialisations, ', ')
    health.info(('%s: %s'):format(system.name, names == '' and 'no specialisations' or names))
  end
end

local function check_clients()
  health.start('speclint: the server')
  local clients = server.clients()
  for _, client in ipairs(clients) do
    check_repository(client)
  end
  if #clients > 0 then
    return
  elseif #server.buffers() == 0 then
    health.info('no Nix file is open, so no server runs')
  else
    health.warn('no server runs, and a Nix file is open', {
      "vim.lsp.enable('speclint') or require('speclint').setup() starts it where Neovim does",
      ':Speclint restart starts it now',
      ':Speclint log shows why it has ended',
    })
  end
end

--- What else tells something of Nix files.
local function check_others()
  health.start('speclint: beside others')
  local buffers = {}
  for _, client in ipairs(server.clients()) do
    vim.list_extend(buffers, vim.tbl_keys(client.attached_buffers or {}))
  end
  local told = {}
  for _, buffer in ipairs(buffers) do
    local ours = server.clients(buffer)[1]
    for _, other in ipairs(vim.lsp.get_clients({ bufnr = buffer })) do
      if other.name ~= server.name and not told[other.name] then
        told[other.name] = true
        if ours and other.offset_encoding ~= ours.offset_encoding then
          health.warn(
            ('%s counts columns in %s, and this one in %s: edits may go wrong'):format(
              other.name,
              other.offset_encoding,
              ours.offset_encoding
            )
          )
        else
          health.ok(('%s is attached as well, and they count columns alike'):format(other.name))
        end
      end
    end
  end
  if next(told) == nil then
    local installed = vim.tbl_filter(function(name)
      return vim.fn.executable(name) == 1
    end, { 'nil', 'nixd' })
    if #installed > 0 then
      health.info(
        ('%s is there but not attached: this server does not replace it'):format(table.concat(installed, ', '))
      )
    else
      health.info('neither nil nor nixd: they tell of the Nix language what this server does not')
    end
  end
  -- What both report would be shown twice.
  local lint = package.loaded['lint']
  if lint and vim.tbl_contains((lint.linters_by_ft or {}).nix or {}, 'speclint') then
    health.warn('nvim-lint runs speclint as well, so that all is shown twice', {
      "Remove it from require('lint').linters_by_ft.nix",
    })
  end
end

function M.check()
  check_program()
  check_options()
  check_clients()
  check_others()
end

return M
