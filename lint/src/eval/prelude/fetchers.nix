{ lib }:
let
  inherit (builtins) attrNames concatStringsSep elemAt intersectAttrs length;
  self = lib.fetchers;
  fakes = { hash = lib.misc.fakeHash; sha256 = lib.misc.fakeSha256; sha512 = lib.misc.fakeSha512; };
  named = types: lib.attrsets.genAttrs ([ "hash" ] ++ types) (_: { });
in
{
  proxyImpureEnvVars =
    let
      names = map (scheme: "${scheme}_proxy") [ "http" "https" "ftp" "all" "no" ];
    in
    names ++ map lib.strings.toUpper names ++ [ "NIX_SSL_CERT_FILE" ];
  normalizeHash =
    { hashTypes ? [ "sha256" ], required ? true }:
    args:
    let
      given = attrNames (intersectAttrs (named hashTypes) args);
      name = elemAt given 0;
      fake = fakes.${name} or (throw "a fetcher's ${name} is empty");
      value = if args.${name} == "" then fake else args.${name};
    in
    if args ? outputHash then args
    else if length given > 1 then throw "a fetcher has several hashes: ${concatStringsSep ", " given}"
    else if given != [ ] then
      removeAttrs args given // { outputHash = value; outputHashAlgo = if name == "hash" then null else name; }
    else if required then throw "a fetcher has no hash"
    else args;
  withNormalizedHash =
    { hashTypes ? [ "sha256" ] }:
    fetcher:
    let
      formals = lib.trivial.functionArgs fetcher;
      normalize = self.normalizeHash { inherit hashTypes; required = !formals.outputHash; };
    in
    assert formals ? outputHash && formals ? outputHashAlgo && intersectAttrs formals (named hashTypes) == { };
    lib.trivial.setFunctionArgs (args: fetcher (normalize args)) (
      removeAttrs formals [ "outputHash" "outputHashAlgo" ] // { hash = formals.outputHash; }
    );
}
