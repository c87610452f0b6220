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

  it.each(['victim', 'other'])(
    'serves %s after one from each network, however many type one name, however often',
    (name) => {
      const { line, join, all } = lineOf();
      for (let i = 0; i < 60; i++) join(`victim@${i % 20}`);
      expect(line.next()).toBe('victim@0');
      join(`${name}@home`);
      join('late@19');
      expect(all().indexOf(`${name}@home`)).toBe(19);
    },
  );

  it('serves whoever was attended to longest ago first', () => {
    const { line, join } = lineOf();
    const networks = Array.from({ length: 20 }, (_, i) => `victim@${i}`);
    // Each comes again once it has had its turn.
    networks.forEach(join);
    for (const name of networks) {
      expect(line.next()).toBe(name);
      join(name);
    }
    join('victim@home');
    expect(line.next()).toBe('victim@home');
    networks.slice(0, 3).forEach((name) => expect(line.next()).toBe(name));
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
    for (const name of ['first@x', 'second@x']) join(name);
    const served = all();
    expect([served.indexOf('first@x'), served.indexOf('second@x')]).toEqual([1, 17]);
  });

  it('has the networks of a site take turns', () => {
    const { join, all } = lineOf();
    for (const name of ['a@1@site', 'a@1@site', 'b@2@site', 'c@3']) join(name);
    expect(all()).toEqual(['a@1@site', 'c@3', 'b@2@site', 'a@1@site']);
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
    // The network has had a turn: these go first, and close two rounds.
    for (const name of ['new@1', 'new@2', 'new@3', 'new@4', 'new@5']) {
      join(name);
      expect(line.next()).toBe(name);
    }
    for (const name of ['new@6', 'name@busy']) join(name);
    expect(line.next()).toBe('name@busy');
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
    expect(join('f@5')).toBe('e@4');
    expect(join('a@1')).toBe('a@1');
  });

  it('turns nobody away for whoever comes again at once, from however many networks', () => {
    const { line, join } = lineOf({ mostWaiting: 20 });
    const networks = Array.from({ length: 40 }, (_, i) => `name@${i}`);
    networks.forEach(join);
    for (let i = 0; i < 40; i++) {
      line.next();
      networks.forEach(join);
    }
    expect(networks).toContain(join('other@home'));
    let turns = 0;
    for (let served: string | null = ''; served !== 'other@home'; turns++) {
      networks.forEach((name) => expect(join(name)).not.toBe('other@home'));
      served = line.next();
    }
    expect(turns).toBeLessThanOrEqual(20);
  });

  it('has nobody leave for another of the same network that left', () => {
    const { join } = lineOf({ mostWaiting: 2 });
    for (const name of ['a@1', 'b@1']) join(name);
    expect(join('c@2')).toBe('b@1');
    expect(join('d@3')).toBe('c@2');
    expect(join('c@2')).toBe('c@2');
  });

  it('has nobody give way for a name that others type too', () => {
    const { join } = lineOf({ mostWaiting: 3 });
    for (const name of ['victim@1', 'victim@2', 'other@3', 'else@3']) join(name);
    expect(join('victim@home')).toBe('other@3');
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
    // Sixteen networks are remembered for each request that may wait.
    const attended = 16 * 2;
    for (let i = 0; i < 1000; i++) {
      join(`name${i}@name${i}@name${i}`);
      line.next();
    }
    expect(remembered()).toBeLessThanOrEqual(attended + 3);
  });
});
