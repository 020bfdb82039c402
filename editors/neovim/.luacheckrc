std = "luajit"
max_line_length = 120
read_globals = { vim = { other_fields = true, fields = {
  lsp = { other_fields = true, fields = { commands = { read_only = false, other_fields = true } } },
  bo = { read_only = false, other_fields = true },
  wo = { read_only = false, other_fields = true },
  g = { read_only = false, other_fields = true },
} } }
