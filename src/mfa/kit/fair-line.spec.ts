import { inspect } from 'node:util';
import { FairLine, type LineLimits, type Place } from './fair-line.js';

const WIDE: LineLimits = { mostWaiting: 64, mostOfNetwork: 64, mostOfSubject: 64 };

/**
 * A line of names: `subject@network`, `subject@network@site`, or `subject` alone where nobody waits for
 * it.
 */
function lineOf(limits: Partial<LineLimits> = {}) {
  const line = new FairLine<string>({ ...WIDE, ...limits });
  const join = (name: string) => line.join(placeOf(name), name);
  const all = () => {
    const names: string[] = [];
    for (let name = line.next(); name !== null; name = line.next()) names.push(name);
    return names;
  };
  return { line, join, all };
}

function placeOf(name: string): Place {
  const [subject = '', network = null, site = null] = name.split('@');
  return { subject, network, site };
}

describe('FairLine', () => {
  it('serves in the order of coming whoever is alone', () => {
    const { join, all, line } = lineOf();
    expect(line.next()).toBeNull();
    for (const name of ['a@1', 'b@2', 'c@3']) expect(join(name)).toBeNull();
    expect(all()).toEqual(['a@1', 'b@2', 'c@3']);
  });

  it('serves another network second, however many names wait in the first', () => {
    const { join, all } = lineOf();
    for (let i = 0; i < 60; i++) join(`name${i}@1`);
    join('other@2');
    expect(all().indexOf('other@2')).toBe(1);
  });

  it('serves another subject second, however many networks one name comes from', () => {
    const { join, all } = lineOf();
    for (let i = 0; i < 60; i++) join(`victim@${i}`);
    join('other@x');
    expect(all().indexOf('other@x')).toBe(1);
  });

  it('counts the turn that goes on', () => {
    const { line, join } = lineOf();
    for (let i = 0; i < 60; i++) join(`victim@${i}`);
    expect(line.next()).toBe('victim@0');
    join('other@x');
    expect(line.next()).toBe('other@x');
  });

  it('lets no network use up the turns of a name that it types', () => {
    const { line, join } = lineOf();
    for (let i = 0; i < 60; i++) join('victim@1');
    expect([line.next(), line.next()]).toEqual(['victim@1', 'victim@1']);
    join('victim@home');
    expect(line.next()).toBe('victim@home');
  });

  it('serves another network after sixteen, however many of one site wait', () => {
    const { join, all } = lineOf();
    for (let i = 0; i < 60; i++) join(`name${i}@${i}@site`);
    join('other@x');
    expect(all().indexOf('other@x')).toBe(16);
  });

  it('has the networks of a site take turns', () => {
    const { join, all } = lineOf();
    for (const name of ['a@1@site', 'a@1@site', 'b@2@site', 'c@3']) join(name);
    expect(all()).toEqual(['a@1@site', 'b@2@site', 'c@3', 'a@1@site']);
  });

  it('has the subjects of a network take turns', () => {
    const { join, all } = lineOf();
    for (const name of ['a@1', 'a@1', 'a@1', 'b@1', 'c@1']) join(name);
    expect(all()).toEqual(['a@1', 'b@1', 'c@1', 'a@1', 'a@1']);
  });

  it('lets nobody save turns up', () => {
    const { line, join, all } = lineOf();
    join('idle@2');
    line.next();
    for (let i = 0; i < 5; i++) join('busy@1');
    for (let i = 0; i < 3; i++) line.next();
    for (let i = 0; i < 3; i++) join('idle@2');
    expect(all()).toEqual(['idle@2', 'busy@1', 'idle@2', 'busy@1', 'idle@2']);
  });

  it('serves whoever had a turn before those that come for ever', () => {
    const { line, join } = lineOf({ mostWaiting: 3 });
    join('a@1');
    join('a@1');
    line.next();
    const served: (string | null)[] = [];
    for (let i = 0; i < 8; i++) {
      join(`new@n${i}`);
      served.push(line.next());
    }
    expect(served.indexOf('a@1')).toBeGreaterThanOrEqual(0);
  });

  it('takes nobody the place that they had in a round that has passed', () => {
    const { line, join } = lineOf({ mostWaiting: 3 });
    for (const name of ['name@busy', 'name@busy']) join(name);
    line.next();
    join('name@home');
    // The name has had a turn: these two go first, and close the round.
    for (const name of ['new@1', 'new2@2']) {
      join(name);
      expect(line.next()).toBe(name);
    }
    join('name@home');
    expect(line.next()).toBe('name@home');
  });

  it('serves what nobody waits for last', () => {
    const { join, all } = lineOf();
    for (const name of ['behind', 'a@1', 'a@1']) join(name);
    expect(all()).toEqual(['a@1', 'a@1', 'behind']);
  });

  it('turns away whoever has too many waiting in one network, and nobody else', () => {
    const { join } = lineOf({ mostOfSubject: 2 });
    expect([join('a@1'), join('a@1'), join('a@1')]).toEqual([null, null, 'a@1']);
    expect([join('b@1'), join('a@2')]).toEqual([null, null]);
  });

  it('has the busiest subject of a network give way to another', () => {
    const { join, all } = lineOf({ mostOfNetwork: 3 });
    for (const name of ['a@1', 'a@1', 'b@1']) join(name);
    expect(join('c@1')).toBe('a@1');
    expect(join('d@1')).toBe('d@1');
    expect(join('e@2')).toBeNull();
    expect(all()).toEqual(['a@1', 'e@2', 'b@1', 'c@1']);
  });

  it('has the longest queue give way where the line is full', () => {
    const { join } = lineOf({ mostWaiting: 4 });
    for (const name of ['a@1', 'b@1', 'c@2', 'behind']) join(name);
    expect(join('d@3')).toBe('behind');
    expect(join('e@4')).toBe('b@1');
    expect(join('f@5')).toBe('f@5');
    expect(join('a@1')).toBe('a@1');
  });

  it('has a name from many networks give way where the line is full', () => {
    const { join } = lineOf({ mostWaiting: 3 });
    for (const name of ['victim@1', 'victim@2', 'other@3']) join(name);
    expect(join('else@4')).toBe('victim@2');
    expect(join('victim@5')).toBe('victim@5');
  });

  it('has a site of many networks give way where the line is full', () => {
    const { join } = lineOf({ mostWaiting: 33 });
    for (let i = 0; i < 33; i++) join(`name${i}@${i}@site`);
    expect(join('other@x')).toBe('name32@32@site');
    expect(join('name99@99@site')).toBe('name99@99@site');
  });

  it('forgets whoever has left', () => {
    const { line, join, all } = lineOf({ mostWaiting: 2 });
    const remembered = () =>
      new Set(inspect(line, { depth: null, maxArrayLength: null }).match(/name\d+/g)).size;
    for (let i = 0; i < 1000; i++) join(`name${i}@${i}@site${i}`);
    expect(remembered()).toBe(2);
    all();
    for (let i = 0; i < 1000; i++) {
      join(`name${i}@name${i}@name${i}`);
      line.next();
    }
    expect(remembered()).toBeLessThanOrEqual(3);
  });
});
