-- The program is not there.
local t = dofile(vim.env.TESTS .. '/neovim/harness.lua')

local function told()
  return table.concat(t.told, '\n')
end

t.test('what to do is told, once', function()
  t.open()
  local said = t.is_told('/nowhere/speclint` is not there, so nothing is checked: install it, or set `cmd`')
  t.has(said, ':checkhealth speclint')
  vim.cmd.edit('configuration.nix')
  vim.wait(300)
  t.equal(told(), '')
  t.equal(#vim.lsp.get_clients(), 0)
end)

t.test('commands tell it as well', function()
  t.open()
  for _, command in ipairs({ 'show', 'fix', 'systems', 'restart', 'explain' }) do
    vim.cmd('Speclint ' .. command)
    t.is_told('is not there')
  end
end)

t.test('so does the health check', function()
  vim.cmd('checkhealth speclint')
  local shown = table.concat(vim.fn.getline(1, '$'), '\n')
  t.has(shown, 'ERROR `/nowhere/speclint` is not there')
  t.has(shown, 'Install it')
end)

t.test('once it is there, a restart starts it', function()
  t.open()
  local cmd = { vim.env.REAL_SPECLINT, 'lsp' }
  if vim.env.START == 'enable' then
    vim.lsp.config('speclint', { cmd = cmd })
  else
    require('speclint').setup({ cmd = cmd })
  end
  vim.cmd('Speclint restart')
  t.wait_for_findings(2)
end)

t.finish()
