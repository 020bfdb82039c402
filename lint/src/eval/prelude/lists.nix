{ lib }:
let
  inherit (builtins) concatMap elem elemAt filter foldl' genList head isList length map tail;
  self = lib.lists;

  indices = list: genList (n: n) (length list);
  max = a: b: if a < b then b else a;

  # Sorts by a key that is computed once for each element.
  sortByKey =
    less: key: list:
    let
      keyed = map (value: { inherit value; key = key value; }) list;
    in
    map (pair: pair.value) (builtins.sort (a: b: less a.key b.key) keyed);

  # Text as alternating strings and numbers, for comparing "a9" with "a10".
  segments =
    text:
    map (part: if isList part then builtins.fromJSON (head part) else part) (builtins.split "(0|[1-9][0-9]*)" text);
in
{
  inherit (builtins)
    all any concatLists concatMap elem elemAt filter genList groupBy head isList length map partition sort tail;

  # Making
  singleton = value: [ value ];
  toList = value: if isList value then value else [ value ];
  optional = condition: value: if condition then [ value ] else [ ];
  optionals = condition: values: if condition then values else [ ];
  range = from: to: if to < from then [ ] else genList (n: from + n) (to - from + 1);
  replicate = count: value: genList (_: value) count;

  # Folding
  foldr =
    f: start: list:
    let
      count = length list;
      from = n: if n == count then start else f (elemAt list n) (from (n + 1));
    in
    from 0;
  fold = self.foldr;
  foldl =
    f: start: list:
    let
      before = n: if n == 0 then start else f (before (n - 1)) (elemAt list (n - 1));
    in
    before (length list);
  foldl' = f: start: builtins.seq start (foldl' f start);

  # Mapping
  forEach = list: f: map f list;
  imap0 = f: list: genList (n: f n (elemAt list n)) (length list);
  imap1 = f: list: genList (n: f (n + 1) (elemAt list n)) (length list);
  flatten = value: if isList value then concatMap self.flatten value else [ value ];
  concatAttrValues = set: builtins.concatLists (builtins.attrValues set);
  zipListsWith =
    f: a: b:
    genList (n: f (elemAt a n) (elemAt b n)) (if length a < length b then length a else length b);
  zipLists = self.zipListsWith (fst: snd: { inherit fst snd; });
  crossLists = f: self.foldl (fs: args: concatMap (f: map f args) fs) [ f ];
  reverseList = list: let top = length list - 1; in genList (n: elemAt list (top - n)) (length list);
  groupBy' = f: start: key: list: builtins.mapAttrs (_: self.foldl f start) (builtins.groupBy key list);
  replaceElemAt =
    list: index: value:
    if index < 0 || index >= length list then
      throw "lists.replaceElemAt: no element ${toString index} in a list of ${toString (length list)}"
    else
      self.imap0 (n: old: if n == index then value else old) list;

  # Searching
  ifilter0 = keep: list: map (elemAt list) (filter (n: keep n (elemAt list n)) (indices list));
  remove = unwanted: filter (value: value != unwanted);
  findSingle =
    predicate: none: several: list:
    let
      found = filter predicate list;
    in
    if found == [ ] then none else if length found == 1 then head found else several;
  findFirstIndex =
    predicate: default: list:
    let
      found = foldl' (hit: n: if hit == null && predicate (elemAt list n) then n else hit) null (indices list);
    in
    if found == null then default else found;
  findFirst =
    predicate: default: list:
    let
      found = self.findFirstIndex predicate null list;
    in
    if found == null then default else elemAt list found;
  count = predicate: foldl' (sum: value: if predicate value then sum + 1 else sum) 0;

  # Parts
  sublist =
    from: count: list:
    let
      left = length list - from;
    in
    genList (n: elemAt list (from + n)) (if left <= 0 then 0 else if left < count then left else count);
  take = self.sublist 0;
  drop = count: list: self.sublist count (length list) list;
  takeEnd = count: list: self.drop (max 0 (length list - count)) list;
  dropEnd = count: list: self.take (max 0 (length list - count)) list;
  last = list: if list == [ ] then throw "lists.last: the list is empty" else elemAt list (length list - 1);
  init = list: if list == [ ] then throw "lists.init: the list is empty" else self.take (length list - 1) list;
  hasPrefix = prefix: list: self.take (length prefix) list == prefix;
  removePrefix =
    prefix: list:
    if self.hasPrefix prefix list then self.drop (length prefix) list
    else throw "lists.removePrefix: the first list is no prefix of the second";
  commonPrefix =
    a: b:
    let
      differs = self.zipListsWith (x: y: x != y) a b;
    in
    self.take (self.findFirstIndex (different: different) (length differs) differs) a;

  # As sets
  unique = foldl' (seen: value: if elem value seen then seen else seen ++ [ value ]) [ ];
  uniqueStrings = list: builtins.attrNames (builtins.groupBy (text: text) list);
  allUnique = list: length (self.unique list) == length list;
  intersectLists = wanted: filter (value: elem value wanted);
  subtractLists = unwanted: filter (value: !(elem value unwanted));
  mutuallyExclusive = a: b: a == [ ] || !(builtins.any (value: elem value a) b);

  # Sorting
  sortOn = sortByKey (a: b: a < b);
  compareLists =
    compare: a: b:
    let
      at =
        n:
        let
          order = compare (elemAt a n) (elemAt b n);
        in
        if n == length a || n == length b then
          lib.trivial.compare (length a) (length b)
        else if order != 0 then
          order
        else
          at (n + 1);
    in
    at 0;
  naturalSort = sortByKey (a: b: self.compareLists lib.trivial.compare a b < 0) segments;

  # From the first element, follows `before` to one that nothing precedes.
  listDfs =
    stopOnCycles: before: list:
    let
      from =
        here: visited: rest:
        let
          loops = filter (other: before other here) visited;
          earlier = builtins.partition (other: before other here) rest;
        in
        if stopOnCycles && loops != [ ] then
          { cycle = here; inherit loops visited rest; }
        else if earlier.right == [ ] then
          { minimal = here; inherit visited rest; }
        else
          from (head earlier.right) ([ here ] ++ visited) (tail earlier.right ++ earlier.wrong);
    in
    from (head list) [ ] (tail list);
  toposort =
    before: list:
    let
      first = self.listDfs true before list;
      others = self.toposort before (first.visited ++ first.rest);
    in
    if length list < 2 then { result = list; }
    else if first ? cycle then { cycle = self.reverseList ([ first.cycle ] ++ first.visited); inherit (first) loops; }
    else if others ? cycle then others
    else { result = [ first.minimal ] ++ others.result; };
}
