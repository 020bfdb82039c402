--- What `:Speclint` does.
local server = require('speclint.server')
local util = require('speclint.util')

local M = {}

--- The server of a buffer. If there is none, the user is told why.
---@param buffer integer
---@return vim.lsp.Client?
local function client_of(buffer)
  local client = server.clients(buffer)[1]
  if not client and server.is_there(true) then
    local is_nix = vim.tbl_contains(server.config().filetypes or {}, vim.bo[buffer].filetype)
    util.tell(
      is_nix and 'no server is attached to this buffer: :Speclint restart starts it' or 'this is no Nix file',
      vim.log.levels.ERROR
    )
  end
  return client
end

--- Has the server execute a command about a buffer.
---@param client vim.lsp.Client
---@param buffer integer
---@param command string
---@param argument table
---@param callback fun(result: any)
local function execute(client, buffer, command, argument, callback)
  argument.uri = argument.uri or vim.uri_from_bufnr(buffer)
  local params = { command = command, arguments = { argument } }
  util.request(client, 'workspace/executeCommand', params, buffer, function(error, result)
    if error then
      util.tell(error.message, vim.log.levels.ERROR)
    else
      callback(result)
    end
  end)
end

--- Shows what systems become.
---@param client vim.lsp.Client
---@param buffer integer
---@param wanted { uri: string?, system: string?, specialisation: string? }
local function show(client, buffer, wanted)
  local argument = { uri = wanted.uri, system = wanted.system, format = 'json' }
  execute(client, buffer, 'speclint.show', argument, function(result)
    ---@type speclint.System[]
    local systems = type(result) == 'table' and result.systems or {}
    local only = wanted.specialisation
    if only then
      systems = vim.tbl_filter(function(system)
        return vim.iter(system.specialisations):any(function(specialisation)
          return specialisation.name == only
        end)
      end, systems)
    end
    if #systems == 0 then
      local what = only and ('no specialisation `%s`'):format(only) or 'no system'
      return util.tell(('there is %s here'):format(what), vim.log.levels.WARN)
    end
    require('speclint.view').open(systems, { only = only, encoding = client.offset_encoding })
  end)
end

---@param system { name: string, specialisations: string[] }
---@return string
local function described(system)
  local names = table.concat(system.specialisations, ', ')
  return ('%s: %s'):format(system.name, names == '' and 'no specialisations' or names)
end

---@param client vim.lsp.Client
---@param buffer integer
local function systems(client, buffer)
  execute(client, buffer, 'speclint.systems', {}, function(result)
    if #result == 0 then
      return util.tell('there is no system here', vim.log.levels.WARN)
    end
    vim.ui.select(result, { prompt = 'Systems of this file:', format_item = described }, function(system)
      if system then
        show(client, buffer, { system = system.name })
      end
    end)
  end)
end

--- The files that an edit changes, as they are shown.
---@param edit lsp.WorkspaceEdit
---@return string[]
local function files_of(edit)
  local uris = vim.tbl_keys(edit.changes or {})
  for _, change in ipairs(edit.documentChanges or {}) do
    if change.textDocument then
      table.insert(uris, change.textDocument.uri)
    end
  end
  local files = vim.tbl_map(function(uri)
    return util.shown(vim.uri_to_fname(uri))
  end, uris)
  table.sort(files)
  return files
end

--- What the text has become meanwhile is asked about again, a few times.
local CONTENT_MODIFIED, MOST_TRIES = -32801, 5

---@param client vim.lsp.Client
---@param buffer integer
---@param tries? integer
local function fix(client, buffer, tries)
  tries = tries or 1
  local function failed(error)
    if error.code == CONTENT_MODIFIED and tries < MOST_TRIES then
      return vim.defer_fn(function()
        fix(client, buffer, tries + 1)
      end, 200)
    end
    util.tell(error.message, vim.log.levels.ERROR)
  end
  local function apply(action)
    if not action or not action.edit then
      return util.tell('there is nothing that can safely be mended in this file')
    end
    vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
    local files = files_of(action.edit)
    util.tell(('mended %s; :wall writes what was changed'):format(table.concat(files, ', ')))
  end
  local params = {
    textDocument = { uri = vim.uri_from_bufnr(buffer) },
    range = {
      start = { line = 0, character = 0 },
      ['end'] = { line = vim.api.nvim_buf_line_count(buffer), character = 0 },
    },
    context = { only = { 'source.fixAll.speclint' }, diagnostics = {} },
  }
  util.request(client, 'textDocument/codeAction', params, buffer, function(error, actions)
    local action = actions and actions[1]
    if error then
      return failed(error)
    elseif not action or action.edit then
      return apply(action)
    end
    util.request(client, 'codeAction/resolve', action, buffer, function(unresolved, resolved)
      if unresolved then
        failed(unresolved)
      else
        apply(resolved)
      end
    end)
  end)
end

--- Opens the log: the file that the server is told to write to, or Neovim's own of what servers say.
local function log()
  local cmd = server.config().cmd
  local path
  if type(cmd) == 'table' then
    for index, argument in ipairs(cmd) do
      path = argument:match('^%-%-log%-file=(.*)') or (argument == '--log-file' and cmd[index + 1]) or path
    end
  end
  vim.cmd.tabnew(vim.fn.fnameescape(path or util.log_path()))
  vim.cmd('normal! G')
end

--- The names of the specialisations and systems of a buffer, for completion.
---@param buffer integer
---@return string[]
local function names_of(buffer)
  local params = { command = 'speclint.systems', arguments = { { uri = vim.uri_from_bufnr(buffer) } } }
  local client = server.clients(buffer)[1]
  local answers = client and vim.lsp.buf_request_sync(buffer, 'workspace/executeCommand', params, 1000)
  local names = {}
  for _, system in ipairs((answers and answers[client.id] or {}).result or {}) do
    vim.list_extend(names, system.specialisations)
  end
  table.sort(names)
  return vim.fn.uniq(names)
end

---@class speclint.Command
---@field takes? fun(buffer: integer): string[] What can stand behind it.
---@field run fun(buffer: integer, argument: string?)

--- With the server of the buffer.
---@param action fun(client: vim.lsp.Client, buffer: integer, argument: string?)
---@return fun(buffer: integer, argument: string?)
local function with_server(action)
  return function(buffer, argument)
    local client = client_of(buffer)
    if client then
      action(client, buffer, argument)
    end
  end
end

---@type table<string, speclint.Command>
M.commands = {
  show = {
    takes = names_of,
    run = with_server(function(client, buffer, name)
      show(client, buffer, { specialisation = name })
    end),
  },
  systems = { run = with_server(systems) },
  fix = {
    run = with_server(function(client, buffer)
      fix(client, buffer)
    end),
  },
  explain = {
    takes = function()
      return require('speclint.explain').rules()
    end,
    run = function(buffer, rule)
      require('speclint.explain').open(buffer, rule)
    end,
  },
  restart = {
    run = function()
      server.restart(function()
        local is_wanted = #server.buffers() > 0
        util.tell(is_wanted and 'the server is started again' or 'no Nix file is open, so no server is started')
      end)
    end,
  },
  log = { run = log },
}

---@return string[]
local function command_names()
  local names = vim.tbl_keys(M.commands)
  table.sort(names)
  return names
end

--- Runs `:Speclint`.
---@param arguments string[]
function M.run(arguments)
  local command = M.commands[arguments[1]]
  if not command then
    local what = arguments[1] and ('there is no :Speclint %s'):format(arguments[1]) or 'what? :Speclint'
    util.tell(('%s; there are %s'):format(what, table.concat(command_names(), ', ')), vim.log.levels.ERROR)
  elseif #arguments > (command.takes and 2 or 1) then
    util.tell(
      (':Speclint %s takes %s'):format(arguments[1], command.takes and 'one name' or 'nothing'),
      vim.log.levels.ERROR
    )
  else
    command.run(vim.api.nvim_get_current_buf(), arguments[2])
  end
end

--- What completes a command line.
---@param lead string
---@param line string
---@return string[]
function M.complete(lead, line)
  local words = vim.split(vim.trim(line), '%s+')
  local number = #words - (lead == '' and 0 or 1)
  local names = {}
  if number == 1 then
    names = command_names()
  elseif number == 2 and M.commands[words[2]] and M.commands[words[2]].takes then
    names = M.commands[words[2]].takes(vim.api.nvim_get_current_buf())
  end
  return vim.tbl_filter(function(name)
    return vim.startswith(name, lead)
  end, names)
end

--- Does what a lens above a specialisation says: shows its table.
---@param command lsp.Command
---@param context { client_id: integer, bufnr: integer }
function M.run_lens(command, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  if client then
    show(client, context.bufnr, (command.arguments or {})[1] or {})
  end
end

return M
