{ lib }:
let
  self = lib.fixedPoints;

  # The overlays `first` and `second` as one.
  chain =
    first: second: final: prev:
    let
      changed = first final prev;
    in
    changed // second final (prev // changed);
in
{
  fix = f: let result = f result; in result;
  fix' = f: let result = f result // { __unfix__ = f; }; in result;
  converge = f: value: let next = f value; in if value == next then value else self.converge f next;

  extends = overlay: base: final: let prev = base final; in prev // overlay final prev;
  composeExtensions = chain;
  composeManyExtensions = lib.lists.foldr chain (_: _: { });

  makeExtensible = self.makeExtensibleWithCustomName "extend";
  makeExtensibleWithCustomName =
    name: base:
    self.fix' (
      final: base final // { ${name} = overlay: self.makeExtensibleWithCustomName name (self.extends overlay base); }
    );

  # An overlay from `final: prev: set`, `prev: set` or a set.
  toExtension =
    given: final: prev:
    let
      once = given prev;
    in
    if !(lib.trivial.isFunction given) then given
    else if lib.trivial.isFunction once then given final prev
    else once;
}
