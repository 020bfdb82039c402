-- What :checkhealth shows.
local t = dofile(vim.env.TESTS .. '/neovim/harness.lua')

local function health()
  vim.cmd('checkhealth speclint')
  return table.concat(vim.fn.getline(1, '$'), '\n')
end

t.test('all is well', function()
  t.open()
  t.wait_for_findings(2)
  local shown = health()
  t.has(shown, 'speclint 0.')
  t.has(shown, 'nothing is wrong with the options')
  t.has(shown, ', for 1 buffer')
  t.has(shown, 'configuration.nix: gaming, tv')
  t.has(shown, 'neither nil nor nixd')
  t.equal(shown:find('ERROR', 1, true), nil)
  t.equal(shown:find('WARNING', 1, true), nil)
end)

t.test('no Nix file is open', function()
  t.has(health(), 'no Nix file is open, so no server runs')
end)

t.test('a file that belongs to no system', function()
  t.open()
  vim.fn.writefile({ '{ }' }, 'lonely.nix')
  vim.fn.delete('configuration.nix')
  vim.fn.delete('specialisations.nix')
  vim.cmd.edit('lonely.nix')
  t.wait('a server', function()
    return vim.lsp.get_clients({ bufnr = 0 })[1]
  end)
  t.has(health(), 'belongs to no system')
end)

t.test('a server that does not run', function()
  t.open()
  t.wait_for_findings(2)
  t.stop()
  t.has(health(), ':Speclint restart starts it now')
end)

t.test('options that are wrong', function()
  require('speclint').setup({ inlay_hint = true, code_lens = 'no', log_level = 'loud', cmd = {} })
  local told = table.concat(t.told, '\n')
  t.has(told, 'there is no option `inlay_hint`; there are border, cmd, code_lens, inlay_hints, log_level, settings')
  t.has(told, 'the option `code_lens` must be a boolean, and is a string')
  t.has(told, 'the option `log_level` must be one of error, warning, info, debug')
  t.has(told, 'the option `cmd` must be a list')
  t.has(health(), 'there is no option `inlay_hint`')
end)

t.test('nvim-lint runs it as well', function()
  require('speclint').setup({ cmd = { vim.env.SPECLINT, 'lsp' } })
  package.loaded['lint'] = { linters_by_ft = { nix = { 'speclint' } } }
  t.has(health(), 'nvim-lint runs speclint as well, so that all is shown twice')
end)

t.test('the help is there', function()
  local folder = vim.fn.tempname()
  vim.fn.mkdir(folder .. '/doc', 'p')
  vim.uv.fs_copyfile(vim.env.PLUGIN .. '/doc/speclint.txt', folder .. '/doc/speclint.txt')
  vim.cmd.helptags(folder .. '/doc')
  vim.opt.runtimepath:append(folder)
  for _, topic in ipairs({ 'speclint', ':Speclint', 'speclint.setup()', 'speclint-options', 'speclint-beside' }) do
    vim.cmd.help(topic)
    t.equal(vim.fn.expand('%:t'), 'speclint.txt')
    t.has(vim.fn.getline('.'), '*' .. topic .. '*')
  end
  for name in pairs(require('speclint.commands').commands) do
    vim.cmd.help(':Speclint-' .. name)
  end
  for name in pairs(require('speclint.config').defaults) do
    t.equal(vim.fn.search(('^      %s = '):format(name), 'w') > 0, true)
  end
end)

t.finish()
