# What an import of the source yields: paths to its parts.
{ ... }:
{
  nixos = ./nixos;
  nix-darwin = ./nix-darwin;
  path = ./.;
}
