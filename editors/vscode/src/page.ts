/** The page of the table: nothing but its frame; `webview/table.ts` fills it. Knows no editor. */

/** What the page is made of, as the webview can load it. */
export interface Parts {
  readonly script: string;
  readonly style: string;
  /** Where styles may come from. */
  readonly source: string;
  /** A word that nobody can guess. */
  readonly nonce: string;
  readonly title: string;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** The page. It loads nothing but its own script and style, and connects to nothing. */
export function page({ script, style, source, nonce, title }: Parts): string {
  const policy = `default-src 'none'; style-src ${source}; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${escaped(policy)}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>${escaped(title)}</title>
  <link rel="stylesheet" href="${escaped(style)}">
</head>
<body>
  <header>
    <h1 id="name"></h1><span id="entry"></span>
    <div id="specialisations"></div>
    <div id="tools">
      <input id="filter" type="search" placeholder="Filter options" aria-label="Filter options" spellcheck="false">
      <label><input id="all" type="checkbox"> All options</label>
      <span id="count" role="status"></span>
    </div>
  </header>
  <ul id="troubles"></ul>
  <table id="table"><thead></thead><tbody></tbody></table>
  <p id="empty" hidden></p>
  <script nonce="${escaped(nonce)}" src="${escaped(script)}"></script>
</body>
</html>
`;
}
