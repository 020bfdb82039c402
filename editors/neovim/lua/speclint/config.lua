--- What can be set, and what is.
local M = {}

---@class speclint.Config
---@field cmd string[]|fun(dispatchers: vim.lsp.rpc.Dispatchers): vim.lsp.rpc.PublicClient How the server is started.
---@field settings speclint.Settings What the server is told, under its section `speclint`.
---@field log_level? 'error'|'warning'|'info'|'debug' How much the server writes to the log.
---@field inlay_hints boolean Whether hints are shown in the buffers that it is attached to.
---@field code_lens boolean Whether lenses are.
---@field border string|string[] The border of its windows.

---@class speclint.Settings
---@field select? string[] Rules, in place of those that the project selects.
---@field ignore? string[] Rules, in place of those that the project ignores.
---@field inlayHints? { winner?: boolean, also?: boolean }
---@field codeLens? boolean

---@type speclint.Config
M.defaults = {
  cmd = { 'speclint', 'lsp' },
  settings = {},
  log_level = nil,
  inlay_hints = true,
  code_lens = true,
  border = 'rounded',
}

---@type table<string, string[]>
local types = {
  cmd = { 'table', 'function' },
  settings = { 'table' },
  log_level = { 'string' },
  inlay_hints = { 'boolean' },
  code_lens = { 'boolean' },
  border = { 'string', 'table' },
}

local levels = { 'error', 'warning', 'info', 'debug' }

--- What is in force.
---@type speclint.Config
M.current = vim.deepcopy(M.defaults)

--- What was wrong with what was set.
---@type string[]
M.problems = {}

---@param key string
---@param value any
---@return string?
local function problem(key, value)
  local wanted = types[key]
  if not wanted then
    local known = vim.tbl_keys(types)
    table.sort(known)
    return ('there is no option `%s`; there are %s'):format(key, table.concat(known, ', '))
  end
  if not vim.tbl_contains(wanted, type(value)) then
    return ('the option `%s` must be a %s, and is a %s'):format(key, table.concat(wanted, ' or a '), type(value))
  end
  if key == 'cmd' and type(value) == 'table' and (#value == 0 or type(value[1]) ~= 'string') then
    return 'the option `cmd` must be a list: the program and its arguments'
  end
  if key == 'log_level' and not vim.tbl_contains(levels, value) then
    return ('the option `log_level` must be one of %s'):format(table.concat(levels, ', '))
  end
end

--- Takes over options. What is wrong is left as it was by default.
---@param options? table
---@return string[] problems
function M.set(options)
  M.current = vim.deepcopy(M.defaults)
  M.problems = {}
  local keys = vim.tbl_keys(options or {})
  table.sort(keys)
  for _, key in ipairs(keys) do
    local wrong = problem(key, options[key])
    if wrong then
      table.insert(M.problems, wrong)
    else
      M.current[key] = vim.deepcopy(options[key])
    end
  end
  return M.problems
end

return M
