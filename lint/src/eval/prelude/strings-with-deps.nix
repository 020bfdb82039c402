{ lib }:
let
  inherit (builtins) foldl' isAttrs;
  entry = text: deps: { inherit text deps; };

  # Texts in order, each after what it depends on and each name once.
  visit =
    known: state: item:
    let
      inner = foldl' (visit known) state item.deps;
    in
    if isAttrs item then
      inner // { result = inner.result ++ [ item.text ]; }
    else if state.done ? ${item} then
      state
    else
      visit known (state // { done = state.done // { ${item} = true; }; }) known.${item};
  closure = known: items: (foldl' (visit known) { done = { }; result = [ ]; } items).result;
in
{
  textClosureList = closure;
  textClosureMap = f: known: names: lib.strings.concatMapStringsSep "\n" f (closure known names);
  noDepEntry = text: entry text [ ];
  fullDepEntry = entry;
  packEntry = entry "";
  stringAfter = deps: text: entry text deps;
}
