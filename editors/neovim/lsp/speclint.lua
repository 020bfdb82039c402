-- What `vim.lsp.enable('speclint')` starts, from Neovim 0.11 on.
return require('speclint.server').defaults()
