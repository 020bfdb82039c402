--- Floating windows.
local config = require('speclint.config')

local M = {}

for name, other in pairs({
  SpeclintTitle = 'Title',
  SpeclintHead = 'Comment',
  SpeclintOption = 'Identifier',
  SpeclintValue = 'String',
  SpeclintConflict = 'DiagnosticError',
  SpeclintNothing = 'Comment',
  SpeclintPlace = 'Directory',
}) do
  vim.api.nvim_set_hl(0, name, { link = other, default = true })
end

--- How many columns a window has at most.
---@return integer
function M.most()
  return vim.o.columns - 4
end

--- How large a window is that shows so much, and where it stands.
---@param columns integer
---@param lines integer
---@return table
local function place(columns, lines)
  local width = math.max(30, math.min(columns, M.most()))
  local height = math.max(1, math.min(lines, vim.o.lines - vim.o.cmdheight - 4))
  return {
    relative = 'editor',
    width = width,
    height = height,
    row = math.max(0, math.floor((vim.o.lines - height) / 2) - 1),
    col = math.max(0, math.floor((vim.o.columns - width) / 2)),
  }
end

---@param lines string[]
---@return integer
local function widest(lines)
  local columns = 0
  for _, line in ipairs(lines) do
    columns = math.max(columns, vim.fn.strdisplaywidth(line))
  end
  return columns
end

--- Opens a window and goes there.
---@param lines string[]
---@param options { title: string, filetype: string, footer: string, most?: integer }
---@return integer window
---@return integer buffer
function M.open(lines, options)
  local buffer = vim.api.nvim_create_buf(false, true)
  vim.bo[buffer].bufhidden = 'wipe'
  local columns = math.max(widest(lines) + 1, vim.fn.strdisplaywidth(options.footer) + 4)
  columns = math.min(columns, options.most or columns)
  local shape = vim.tbl_extend('force', place(columns, #lines), {
    style = 'minimal',
    border = config.current.border,
    title = ' ' .. options.title .. ' ',
    title_pos = 'center',
    footer = ' ' .. options.footer .. ' ',
    footer_pos = 'center',
  })
  -- Titles need a border.
  if shape.border == 'none' then
    shape.title, shape.title_pos, shape.footer, shape.footer_pos = nil, nil, nil, nil
  end
  local window = vim.api.nvim_open_win(buffer, true, shape)
  M.write(buffer, lines)
  vim.bo[buffer].filetype = options.filetype
  vim.wo[window].wrap = false
  vim.wo[window].cursorline = true
  for _, key in ipairs({ 'q', '<Esc>' }) do
    vim.keymap.set('n', key, '<Cmd>close<CR>', { buffer = buffer, nowait = true, desc = 'Close' })
  end
  vim.api.nvim_create_autocmd('WinLeave', {
    buffer = buffer,
    once = true,
    desc = 'speclint: whoever leaves the window has seen enough',
    callback = function()
      vim.schedule(function()
        if vim.api.nvim_win_is_valid(window) then
          vim.api.nvim_win_close(window, true)
        end
      end)
    end,
  })
  return window, buffer
end

--- Replaces what a window's buffer shows.
---@param buffer integer
---@param lines string[]
function M.write(buffer, lines)
  vim.bo[buffer].modifiable = true
  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, lines)
  vim.bo[buffer].modifiable = false
  vim.bo[buffer].modified = false
end

--- Makes a window as high as what it shows, as far as there is room.
---@param window integer
function M.resize(window)
  local lines = vim.api.nvim_win_text_height(window, {}).all
  vim.api.nvim_win_set_config(window, place(vim.api.nvim_win_get_width(window), lines))
end

return M
