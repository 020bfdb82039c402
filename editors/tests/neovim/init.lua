-- The user's configuration in the tests. SPECLINT is the program, START is how the plugin is set up.
vim.opt.runtimepath:prepend(vim.env.PLUGIN)
-- Where Debian has parsers that belong to Neovim.
vim.opt.runtimepath:append(vim.env.VIMRUNTIME .. '/../../../lib/nvim')
vim.opt.swapfile = false
vim.opt.shadafile = 'NONE'
vim.opt.termguicolors = false

local cmd = { vim.env.SPECLINT, 'lsp' }
if vim.env.START == 'enable' then
  -- As one does without any options: only the program is named.
  vim.lsp.config('speclint', { cmd = cmd })
  vim.lsp.enable('speclint')
elseif vim.env.START == 'setup' then
  require('speclint').setup({ cmd = cmd })
end
