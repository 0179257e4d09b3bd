"""How outputs/index.html looks: one style sheet, light and dark, wide and narrow."""

from __future__ import annotations

__all__ = ["COLORS", "STYLE"]

COLORS = {  # contrast with `back` and `card` is at least 4.5 (tested)
    "light": {
        "back": "#f7f6f2", "card": "#ffffff", "line": "#dcd8cf",
        "ink": "#1d1c1a", "dim": "#5a564f", "link": "#00604c", "good": "#00604c", "bad": "#9c1c00", "warn": "#744a00",
    },
    "dark": {
        "back": "#14161a", "card": "#1d2027", "line": "#393e49",
        "ink": "#eceae6", "dim": "#b1ada5", "link": "#6fd6b8", "good": "#6fd6b8", "bad": "#ff9d85", "warn": "#f0c271",
    },
}  # fmt: skip


def _variables(mode: str) -> str:
    return ";".join(f"--{name}:{value}" for name, value in COLORS[mode].items())


STYLE = (
    f":root{{color-scheme:light dark;{_variables('light')}}}\n@media (prefers-color-scheme:dark){{:root{{{_variables('dark')}}}}}\n"
    + """*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--back);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main,header,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}
header{display:flex;gap:1.1rem;align-items:center;padding-top:2.2rem}
header svg{flex:none;width:2.9rem;height:4.1rem;stroke:var(--link)}
h1{margin:0;font-size:2rem;line-height:1.15;letter-spacing:-.015em}
header p{margin:.35rem 0 0;color:var(--dim)}
h2{margin:2.6rem 0 .9rem;font-size:1.3rem;letter-spacing:-.01em}
a{color:var(--link);text-underline-offset:.15em}
a:focus-visible,.wide:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.box{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1.1rem 1.25rem}
.note{border-left:5px solid var(--warn)}
.note p{margin:.2rem 0}
figure{margin:0}
figure img{display:block;max-width:100%;height:auto;background:#fff;border-radius:6px;padding:.4rem}
figcaption,caption{color:var(--dim);font-size:.9rem}
figcaption{margin-top:.5rem}
.wide{overflow-x:auto;container-type:inline-size}
.wide caption span{display:inline-block;position:sticky;left:0;max-width:100cqw}
.old{margin:0}
.ladder>*+*{margin-top:1.2rem}
.ladder tbody th,.ladder thead>tr>:first-child{position:sticky;left:0;background:var(--card)}
table{border-collapse:collapse;width:100%}
caption{text-align:left;padding-bottom:.6rem}
th,td{text-align:left;padding:.5rem .9rem .5rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th:last-child,td:last-child{padding-right:0}
tbody tr:last-child>*{border-bottom:0}
thead th{font-size:.82rem;color:var(--dim);font-weight:600;vertical-align:bottom}
tbody th{font-weight:600}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
.lessons th p{margin:.15rem 0 0;font-weight:400;font-size:.9rem;color:var(--dim);max-width:34rem}
.lessons td{white-space:nowrap}
.how{font-weight:600}
.passed .how{color:var(--good)}.bad .how{color:var(--bad)}.none .how,.old{color:var(--warn)}
.lessons td small{display:block;white-space:normal;max-width:20rem;overflow-wrap:anywhere;color:var(--dim)}
.lessons .thumbs a{display:inline-block;margin:0 .4rem .4rem 0}
.thumbs img{display:block;height:4.8rem;width:auto;max-width:10.5rem;object-fit:contain;background:#fff}
.thumbs img{border:1px solid var(--line);border-radius:5px}
.versions{display:grid;gap:1.25rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,19rem),1fr));align-items:start}
.versions td,.versions th{padding-top:.32rem;padding-bottom:.32rem;font-size:.92rem}
.versions small{display:block;color:var(--dim);font-weight:400}
.versions td{text-align:right}
footer{padding-top:2rem;padding-bottom:2.5rem;color:var(--dim);font-size:.92rem}
@media (max-width:46rem){
 header{padding-top:1.4rem}h1{font-size:1.65rem}
 main,header,footer{padding-left:1rem;padding-right:1rem}
 .box{padding:.9rem 1rem}
 .ladder table{font-size:.9rem}
 .lessons thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
 .lessons table,.lessons caption,.lessons tbody{display:block}
 .lessons tr{display:flex;flex-wrap:wrap;gap:.15rem 1rem;padding:.8rem 0;border-bottom:1px solid var(--line)}
 .lessons tr:last-child{border-bottom:0;padding-bottom:0}
 .lessons th,.lessons td{border:0;padding:0;text-align:left}
 .lessons th,.lessons .thumbs{flex:0 0 100%}
 .lessons .thumbs{margin-top:.5rem;order:1}
 .lessons td:nth-child(2){flex:0 0 100%;margin-top:.3rem}
 .lessons td:empty{display:none}
}
@media print{:root{--back:#fff}.box{break-inside:avoid}}
"""
)
