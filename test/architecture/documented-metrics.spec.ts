import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS } from '../../src/server/metrics/metric-catalogue.js';
import { PromMetrics } from '../../src/server/metrics/prom-metrics.js';
import { ROOT, tableBelow } from '../support/documents.js';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const DASHBOARD = join(ROOT, 'deploy/grafana/nestjs-mfa.json');
// The format of Grafana's own export.
const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as { panels: Panel[] };
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** Every series that the server exports, by name. */
async function exportedNames(): Promise<string[]> {
  const metrics = new PromMetrics({
    poolUse: () => ({ inUse: 0, idle: 0, waiting: 0, most: 0 }),
    clockAhead: () => 0,
    backlog: async () => ({ waiting: 0, givenUp: 0 }),
  });
  const types = [...(await metrics.text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return types.flatMap(([, name = '', type]) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name],
  );
}

/** What is left of a PromQL expression without matchers, ranges, groupings and functions. */
function seriesIn(expr: string): string[] {
  const bare = expr.replace(/\{[^}]*\}|\[[^\]]*\]|\b(by|without) \([^)]*\)/g, ' ');
  return bare.match(/\b[a-z_]\w*\b(?!\s*\()/gi) ?? [];
}

describe('the metrics of the server', () => {
  it('are the ones that the document lists, with their labels and meanings', () => {
    const rows = Object.values(METRICS).map(({ name, labelNames, help }) => [
      `\`${name}\``,
      labelNames.map((label) => `\`${label}\``).join(', ') || '–',
      help,
    ]);
    expect(tableBelow('docs/watching.md', 'Metrics')).toEqual(rows);
  });

  it('are all that the dashboard asks for', async () => {
    const exported = new Set(await exportedNames());
    const asked = expressions.flatMap(seriesIn);
    expect(asked.length).toBeGreaterThan(15);
    expect(asked.filter((name) => !exported.has(name))).toEqual([]);
  });

  it.each(Object.values(METRICS).map(({ name }) => name))('show on the dashboard: %s', (name) => {
    expect(expressions.some((expr) => expr.includes(name))).toBe(true);
  });

  it('have a panel each time that Grafana can tell from the others', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const empty = panels.filter(({ type, targets = [] }) => type !== 'row' && targets.length === 0);
    expect(empty).toEqual([]);
  });
});
