--- The reference of the rules, which the program prints.
local server = require('speclint.server')
local util = require('speclint.util')
local window = require('speclint.window')

local M = {}

local MOST_COLUMNS = 100

--- Runs the program and waits for what it prints.
---@param arguments string[]
---@return string? output
---@return string? problem
function M.ask(arguments)
  local path, program = server.program()
  if not path then
    return nil, ('`%s` is not there'):format(program)
  end
  local command = vim.list_extend({ path == true and 'speclint' or path }, arguments)
  local ok, result = pcall(function()
    return vim.system(command, { text = true }):wait(5000)
  end)
  if not ok then
    return nil, tostring(result)
  elseif result.code ~= 0 then
    return nil, vim.trim(result.stderr ~= '' and result.stderr or ('it ends with status %d'):format(result.code))
  end
  return result.stdout
end

--- The names of all rules.
---@return string[]
function M.rules()
  local output = M.ask({ 'rules', '--format', 'json' })
  local ok, answer = pcall(vim.json.decode, output or '')
  return vim.tbl_map(function(rule)
    return rule.name
  end, ok and answer.rules or {})
end

--- The rule of the finding at the cursor, or else in its line.
---@param buffer integer
---@return string?
local function rule_here(buffer)
  local line, column = unpack(vim.api.nvim_win_get_cursor(0))
  local found = vim.tbl_filter(function(diagnostic)
    return diagnostic.source == 'speclint'
  end, vim.diagnostic.get(buffer, { lnum = line - 1 }))
  local at = vim.tbl_filter(function(diagnostic)
    return diagnostic.col <= column and column < (diagnostic.end_col or math.huge)
  end, found)
  local diagnostic = at[1] or found[1]
  return diagnostic and tostring(diagnostic.code)
end

--- Makes one line of each paragraph, which the window wraps as it has room. Code stays as it is.
---@param page string
---@return string[]
local function paragraphs(page)
  local lines, in_code, is_new = {}, false, true
  for _, line in ipairs(vim.split(vim.trim(page), '\n')) do
    local is_fence = vim.startswith(line, '```')
    local begins = line == '' or line:match('^[#|>-]') or is_fence or in_code
    if begins or is_new then
      table.insert(lines, line)
    else
      lines[#lines] = lines[#lines] .. ' ' .. vim.trim(line)
    end
    in_code = in_code ~= is_fence
    is_new = line == '' or line:match('^#') or is_fence
  end
  return lines
end

--- Shows what there is to say of a rule: that of the finding at the cursor, if none is named.
---@param buffer integer
---@param rule? string
function M.open(buffer, rule)
  if not server.is_there(true) then
    return
  end
  rule = rule or rule_here(buffer)
  if not rule then
    return util.tell('nothing is found in this line: :Speclint explain RULE', vim.log.levels.WARN)
  end
  local page, problem = M.ask({ 'explain', rule, '--format', 'markdown' })
  if not page then
    return util.tell(problem --[[@as string]], vim.log.levels.ERROR)
  end
  local options = { title = rule, filetype = 'markdown', footer = 'q close', most = MOST_COLUMNS }
  local win, shown = window.open(paragraphs(page), options)
  vim.wo[win].wrap = true
  vim.wo[win].linebreak = true
  vim.wo[win].conceallevel = 2
  -- Where its parser is there, Markdown is highlighted as hovers are.
  pcall(vim.treesitter.start, shown, 'markdown')
  window.resize(win)
end

return M
