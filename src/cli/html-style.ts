/** The looks of the HTML report: dark and light as the reader prefers, printable, no fonts or files from elsewhere. */
export const HTML_STYLE = `
:root{color-scheme:light dark;--bg:#f5f7fa;--panel:#fff;--text:#17202b;--muted:#4a5a6b;--grid:#d5dde6;--series:#1f6fb2;
--high:#b3123a;--medium:#8a5a00;--low:#1a5fb4}
@media(prefers-color-scheme:dark){:root{--bg:#0f141b;--panel:#171e27;--text:#e6ebf1;--muted:#a3b1c0;--grid:#2c3744;
--series:#5bb3e8;--high:#ff4d6d;--medium:#ffe566;--low:#4ea8ff}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1120px;padding:24px;background:var(--bg);color:var(--text);font:14px/20px system-ui,sans-serif}
h1{font-size:20px;line-height:28px;margin:0;overflow-wrap:anywhere}h2{font-size:16px;line-height:24px;margin:0 0 8px}
h3{font-size:13px;margin:12px 0 0;font-weight:600}
section{background:var(--panel);border-radius:8px;padding:16px;margin-top:16px;overflow-x:auto}
p{margin:4px 0}.muted,figcaption{color:var(--muted)}
.tiles{display:flex;flex-wrap:wrap;gap:24px;margin-top:12px}.tiles b{display:block;font-size:24px;line-height:32px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{text-align:left;padding:4px 12px 4px 0;border-bottom:1px solid var(--grid);vertical-align:top}
th{color:var(--muted);font-weight:600}td.n,th.n{text-align:right}
td:first-child{overflow-wrap:anywhere}
svg{display:block;width:100%;height:auto}svg text{fill:var(--muted);font:11px system-ui,sans-serif}
.grid{stroke:var(--grid)}.area{fill:var(--series);opacity:.18}.line{fill:none;stroke:var(--series);stroke-width:1.5}
.mark line{stroke-dasharray:2 3}.mark path{stroke:none}
.mark.high{stroke:var(--high);fill:var(--high)}.mark.medium{stroke:var(--medium);fill:var(--medium)}
.mark.low{stroke:var(--low);fill:var(--low)}
article{border-left:4px solid var(--grid);padding:4px 12px;margin:12px 0}
article.high{border-color:var(--high)}article.medium{border-color:var(--medium)}article.low{border-color:var(--low)}
.high .word{color:var(--high)}.medium .word{color:var(--medium)}.low .word{color:var(--low)}
code{font:12px/16px ui-monospace,monospace;overflow-wrap:anywhere}
@media print{body{max-width:none;padding:0}section{break-inside:avoid}}
`;
