import { clientProgram } from './client-program.js';

const WINDOWS = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64)';
const MAC = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
const IPHONE = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)';
const ANDROID = 'Mozilla/5.0 (Linux; Android 14; SM-S911B)';
const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36';
const MOBILE_SAFARI = 'AppleWebKit/605.1.15 (KHTML, like Gecko)';

describe('clientProgram', () => {
  it.each([
    [`${WINDOWS} Gecko/20100101 Firefox/150.0`, 'Firefox', 'Windows'],
    ['Mozilla/5.0 (X11; Linux x86_64; rv:150.0) Gecko/20100101 Firefox/150.0', 'Firefox', 'Linux'],
    ['Mozilla/5.0 (Android 14; Mobile; rv:150.0) Gecko/150.0 Firefox/150.0', 'Firefox', 'Android'],
    [`${IPHONE} ${MOBILE_SAFARI} FxiOS/150.0 Mobile/15E148 Safari/605.1.15`, 'Firefox', 'iOS'],
    [`${WINDOWS} ${CHROME}`, 'Chrome', 'Windows'],
    [`${MAC} ${CHROME}`, 'Chrome', 'macOS'],
    [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${CHROME}`, 'Chrome', 'ChromeOS'],
    [`${IPHONE} ${MOBILE_SAFARI} CriOS/150.0 Mobile/15E148 Safari/604.1`, 'Chrome', 'iOS'],
    [`${WINDOWS} ${CHROME} Edg/150.0.0.0`, 'Edge', 'Windows'],
    [`${ANDROID} ${CHROME} EdgA/150.0.0.0`, 'Edge', 'Android'],
    [`${WINDOWS} ${CHROME} OPR/120.0.0.0`, 'Opera', 'Windows'],
    ['Opera/9.80 (Windows NT 6.1) Presto/2.12 Version/12.18', 'Opera', 'Windows'],
    [`${WINDOWS} ${CHROME} Vivaldi/7.1`, 'Vivaldi', 'Windows'],
    [`${WINDOWS} ${CHROME} YaBrowser/25.1`, 'Yandex Browser', 'Windows'],
    [
      `${ANDROID} AppleWebKit/537.36 SamsungBrowser/28.0 Chrome/150.0 Safari/537.36`,
      'Samsung Internet',
      'Android',
    ],
    [`${MAC} ${MOBILE_SAFARI} Version/18.1 Safari/605.1.15`, 'Safari', 'macOS'],
    [`${IPHONE} ${MOBILE_SAFARI} Version/18.1 Mobile/15E148 Safari/604.1`, 'Safari', 'iOS'],
    [
      `Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) ${MOBILE_SAFARI} Version/12.1 Mobile/15E148 Safari/604.1`,
      'Safari',
      'iPadOS',
    ],
    [`${MAC} ${MOBILE_SAFARI} DuckDuckGo/7 Version/18.1 Safari/605.1.15`, 'DuckDuckGo', 'macOS'],
    ['Mozilla/5.0 (X11; FreeBSD amd64; rv:150.0) Gecko/20100101 Firefox/150.0', 'Firefox', null],
  ])('reads %s', (userAgent, browser, system) => {
    expect(clientProgram(userAgent)).toEqual({ browser, system });
  });

  it.each([
    null,
    '',
    'curl/8.5.0',
    'Windows has found a virus, call +1 555 0100',
    'Firefox',
    `${' '.repeat(256)}Firefox/150.0`,
  ])('knows no browser in %j', (userAgent) => {
    expect(clientProgram(userAgent)).toBeNull();
  });

  it('gives back nothing of a text beside the names of its list', () => {
    const advert = 'Firefox/1 buy-at.example (Linux; call 555)';
    expect(clientProgram(advert)).toEqual({ browser: 'Firefox', system: 'Linux' });
  });
});
