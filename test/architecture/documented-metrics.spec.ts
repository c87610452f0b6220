import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS } from '../../src/server/observability/metrics/metric-catalogue.js';
import { PromMetrics } from '../../src/server/observability/metrics/prom-metrics.js';
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

/** What the server tells Prometheus. */
function exported(): Promise<string> {
  const metrics = new PromMetrics({
    poolUse: () => ({ inUse: 0, idle: 0, waiting: 0, most: 0 }),
    clockAhead: () => 0,
    backlog: async () => ({ waiting: 0, givenUp: 0 }),
  });
  return metrics.text();
}

/** Every series that the server exports, by name. */
async function exportedNames(): Promise<string[]> {
  const types = [...(await exported()).matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return types.flatMap(([, name = '', type]) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name],
  );
}

/** What is left of a PromQL expression without matchers, ranges, groupings and functions. */
function seriesIn(expr: string): string[] {
  const bare = expr.replace(/\{[^}]*\}|\[[^\]]*\]|\b(by|without) \([^)]*\)/g, ' ');
  return bare.match(/\b[a-z_]\w*\b(?!\s*\()/gi) ?? [];
}

/** What `promtool check metrics` would object to. */
function faultsOfMetric(name: string, type: string, isExplained: boolean): string[] {
  const rules: readonly [fault: string, isBroken: boolean][] = [
    ['has no help', !isExplained],
    ['is a counter, which ends with _total', type === 'counter' && !name.endsWith('_total')],
    ['is no counter, and ends with _total', type !== 'counter' && name.endsWith('_total')],
    ['ends as a series of a histogram', /_(?:bucket|count|sum)$/.test(name)],
    ['has its type in its name', /_(?:counter|gauge|histogram|summary)(?:_|$)/.test(name)],
    [
      'is in another unit than the base one',
      /_(?:(?:milli|micro|nano)\w+|minutes|hours|days|\w*(?:kilo|mega|giga)bytes|percent|ms|us|ns|kb|mb)(?:_|$)/.test(
        name,
      ),
    ],
    ['is no snake_case', !/^[a-z][a-z0-9_]*$/.test(name)],
  ];
  return rules.filter(([, isBroken]) => isBroken).map(([fault]) => `${name} ${fault}`);
}

describe('the metrics of the server', () => {
  it('are the ones that the document lists, with their labels and meanings', () => {
    const rows = Object.values(METRICS).map(({ name, labelNames, help }) => [
      `\`${name}\``,
      labelNames.map((label) => `\`${label}\``).join(', ') || '–',
      help,
    ]);
    expect(tableBelow('docs/observability.md', 'Metrics')).toEqual(rows);
  });

  it('are named as Prometheus asks for, those of the process too', async () => {
    const told = [...(await exported()).matchAll(/^# HELP (\S+) (.*)\n# TYPE (\S+) (\S+)$/gm)];
    expect(told.length).toBeGreaterThan(Object.keys(METRICS).length);
    const faults = told.flatMap(([, name = '', help = '', named = '', type = '']) =>
      faultsOfMetric(name, type, help.trim() !== '' && name === named),
    );
    expect(faults).toEqual([]);
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
