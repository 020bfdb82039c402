{
  outputs = _: { lib = import ./. { }; };
}
