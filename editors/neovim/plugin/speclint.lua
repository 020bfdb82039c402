-- The command, and what is done where a code lens is run. Nothing else is loaded before it is needed.
if vim.g.loaded_speclint then
  return
end
vim.g.loaded_speclint = true

if vim.fn.has('nvim-0.10') == 0 then
  vim.notify('speclint: this needs Neovim 0.10 or later', vim.log.levels.ERROR)
  return
end

vim.api.nvim_create_user_command('Speclint', function(command)
  require('speclint.commands').run(command.fargs)
end, {
  nargs = '*',
  desc = 'What specialisations become',
  complete = function(lead, line)
    return require('speclint.commands').complete(lead, line)
  end,
})

vim.lsp.commands['speclint.show'] = function(command, context)
  require('speclint.commands').run_lens(command, context)
end

vim.api.nvim_create_autocmd('FileType', {
  group = vim.api.nvim_create_augroup('speclint.missing', { clear = true }),
  pattern = 'nix',
  desc = 'speclint: a program that is missing is told, of which Neovim itself only writes to its log',
  callback = function(event)
    local enabled = vim.lsp.is_enabled and vim.lsp.is_enabled('speclint')
    local server = enabled and require('speclint.server')
    if server and server.is_file(event.buf) then
      server.is_there()
    end
  end,
})
