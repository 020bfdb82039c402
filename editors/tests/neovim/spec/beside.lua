-- Another server is attached to the same buffer, as nil and nixd are.
local t = dofile(vim.env.TESTS .. '/neovim/harness.lua')

vim.api.nvim_create_autocmd('FileType', {
  pattern = 'nix',
  callback = function(event)
    local cmd = { 'python3', t.tests .. '/neovim/toy.py' }
    vim.lsp.start({ name = 'nixd', cmd = cmd, root_dir = vim.fs.root(event.buf, '.git') })
  end,
})

local function start(file)
  t.open(file)
  t.wait('both servers', function()
    return #vim.lsp.get_clients({ bufnr = 0 }) == 2
  end)
end

t.test('both find what they find, and count alike', function()
  start('configuration.nix')
  t.wait('what the other finds', function()
    return #vim.diagnostic.get(0) == 1
  end)
  t.equal(vim.diagnostic.get(0)[1].source, 'toy')
  vim.cmd.edit('specialisations.nix')
  t.wait_for_findings(2)
  for _, client in ipairs(vim.lsp.get_clients({ bufnr = 0 })) do
    t.equal(client.offset_encoding, 'utf-16')
  end
end)

t.test('the menu offers what both offer, and each is applied by its own', function()
  start()
  t.wait_for_findings(2)
  local finding = t.findings()[1]
  vim.api.nvim_win_set_cursor(0, { finding.lnum + 1, finding.col })
  local offered = t.choose('mkDefault')
  vim.lsp.buf.code_action()
  t.wait_for_findings(1)
  t.has(table.concat(offered, '\n'), 'Do what the toy server wants')
  t.equal(vim.fn.getline(1), '{ lib, ... }:')
end)

t.test(':Speclint fix applies nothing of the other', function()
  start()
  t.wait_for_findings(2)
  vim.cmd('Speclint fix')
  t.wait_for_findings(0)
  t.equal(vim.fn.getline(1), '{ lib, ... }:')
end)

t.test('hover shows both', function()
  start()
  t.wait_for_findings(2)
  vim.fn.cursor(8, 1)
  vim.fn.search('enable')
  vim.lsp.buf.hover()
  local shown = table.concat(t.float(), '\n')
  if t.is_011 then
    t.has(shown, "the toy server's hover")
    t.has(shown, '**conflict**')
  end
end)

t.test('the health check sees both', function()
  start()
  t.wait_for_findings(2)
  vim.cmd('checkhealth speclint')
  t.has(table.concat(vim.fn.getline(1, '$'), '\n'), 'nixd is attached as well, and they count columns alike')
end)

t.test('no server warns of the other', function()
  local messages = vim.api.nvim_exec2('messages', { output = true }).output
  t.equal(messages:find('offset_encoding', 1, true), nil)
  t.equal(table.concat(t.told, '\n'):find('offset_encoding', 1, true), nil)
end)

t.finish()
