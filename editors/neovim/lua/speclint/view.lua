--- The window with the table of a system.
local table_of = require('speclint.table')
local util = require('speclint.util')
local window = require('speclint.window')

local M = {}

local namespace = vim.api.nvim_create_namespace('speclint.table')

local HELP = '<CR> definition  <Tab> definitions  ]] [[ next, previous  q close'

--- Goes to a place, in the window from which the table was opened.
---@param location speclint.Location
---@param encoding 'utf-8'|'utf-16'|'utf-32'
local function jump(location, encoding)
  vim.cmd.close()
  vim.lsp.util.show_document(location, encoding, { focus = true })
  vim.cmd('normal! zv')
end

--- Shows systems.
---@param systems speclint.System[]
---@param options { only: string?, encoding: 'utf-8'|'utf-16'|'utf-32' }
function M.open(systems, options)
  ---@type table<string, boolean>
  local opened = {}
  ---@type speclint.Line[]
  local lines = {}

  local function texts()
    lines = table_of.lines(systems, options.only, opened, window.most())
    return vim.tbl_map(function(line)
      return line.text
    end, lines)
  end

  local title = options.only or (#systems == 1 and systems[1].name or 'systems')
  local win, buffer = window.open(texts(), { title = title, filetype = 'speclint', footer = HELP })

  local function highlight()
    vim.api.nvim_buf_clear_namespace(buffer, namespace, 0, -1)
    for number, line in ipairs(lines) do
      for _, mark in ipairs(line.marks) do
        local where = { end_col = mark.to, hl_group = mark.group }
        vim.api.nvim_buf_set_extmark(buffer, namespace, number - 1, mark.from, where)
      end
    end
  end

  local function line_here()
    return lines[vim.api.nvim_win_get_cursor(win)[1]]
  end

  local function toggle()
    local line = line_here()
    if not line.key then
      return
    end
    opened[line.key] = not line.is_open
    window.write(buffer, texts())
    window.resize(win)
    highlight()
  end

  local function go(forwards)
    local at = vim.api.nvim_win_get_cursor(win)[1]
    local step = forwards and 1 or -1
    for number = at + step, forwards and #lines or 1, step do
      if lines[number].heading then
        vim.api.nvim_win_set_cursor(win, { number, 0 })
        return
      end
    end
  end

  ---@param key string
  ---@param what string
  ---@param action fun()
  local function map(key, what, action)
    vim.keymap.set('n', key, action, { buffer = buffer, nowait = true, desc = what })
  end

  local function follow()
    local place = line_here().jump
    if place then
      jump(place, options.encoding)
    else
      util.tell('there is nothing to go to in this line')
    end
  end
  map('<CR>', 'Go to the definition', follow)
  map('gd', 'Go to the definition', follow)
  map('<2-LeftMouse>', 'Go to the definition', follow)
  map('<Tab>', 'Open or close the definitions', toggle)
  map(']]', 'Next specialisation', function()
    go(true)
  end)
  map('[[', 'Previous specialisation', function()
    go(false)
  end)
  highlight()
end

return M
