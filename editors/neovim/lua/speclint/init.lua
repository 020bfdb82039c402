--- speclint tells in the editor what NixOS will make of a configuration and of each of its specialisations.
local M = {}

--- Starts the server in Nix files, with these options (`:help speclint-options`).
---@param options? speclint.Config|table
function M.setup(options)
  local server = require('speclint.server')
  local util = require('speclint.util')
  for _, problem in ipairs(require('speclint.config').set(options)) do
    util.tell(problem, vim.log.levels.WARN)
  end
  require('speclint.features').enable()
  if vim.lsp.config and vim.lsp.enable then
    -- Nothing but that `lsp/speclint.lua` is to be read again: what the user has set there stays.
    vim.lsp.config(server.name, {})
    vim.lsp.enable(server.name)
    return
  end
  -- Neovim 0.10.
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('speclint.start', { clear = true }),
    pattern = server.defaults().filetypes,
    desc = 'speclint: the server is started',
    callback = function(event)
      server.start(event.buf)
    end,
  })
  server.start_all()
end

return M
