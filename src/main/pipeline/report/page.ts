import type { Html } from './html.ts';
import { escape } from './html.ts';
import { confusions, curves, errors, labelTable, quantization } from './labels.ts';
import { calibration, dataset, headline, networks, provenance } from './overview.ts';
import type { Report } from './schema.ts';
import { STYLE } from './style.ts';
import type { ReportLanguage } from './words.ts';
import { wording } from './words.ts';

/** report.html is a single file that needs nothing else, opens offline and prints well. */
export function reportPage(report: Report, language: ReportLanguage): Html {
  const words = wording(language);
  const sections = [networks, labelTable, quantization, curves, confusions, calibration, errors, dataset, provenance]
    .map((make) => make(report, words))
    .filter((html) => html !== '');
  const links = sections
    .map((html) => /^<section id="([a-z]+)"><h2>(.*?)<\/h2>/s.exec(html)!)
    .map(([, id, title]) => `<a href="#${id}">${title}</a>`);
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escape(report.run.project)} ${escape(report.run.id)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
${headline(report, words)}
<nav>${links.join('')}</nav>
</header>
<main>
${sections.join('\n')}
</main>
</body>
</html>
`;
}
