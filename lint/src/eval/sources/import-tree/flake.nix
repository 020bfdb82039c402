{
  outputs = _: import ./.;
}
