import { MAX_PHONE_NUMBER_LENGTH, normalizePhoneNumber } from './phone-number.js';

describe('normalizePhoneNumber', () => {
  it.each([
    ['+4917012345612'],
    ['+49 170 1234 5612'],
    [' +49-170-12345612 '],
    ['+49 (170) 12345612'],
    ['+49\u00a0170\u202f123\u201345612'],
    ['\u202a+49 170 12345612\u202c'],
    ['+49 [170] 123\u221245612'],
    ['+49 (17) 0 123 (45612)'],
    ['＋４９ １７０ １２３４５６１２'],
    ['+٤٩ ١٧٠ ١٢٣٤٥٦١٢'],
  ])('reads %j', (text) => {
    expect(normalizePhoneNumber(text)).toBe('+4917012345612');
  });

  it.each([
    ['the least', '+5551234'],
    ['the most', '+123456789012345'],
  ])('takes %s digits', (_, number) => {
    expect(normalizePhoneNumber(number)).toBe(number);
  });

  it('knows no national plan: a trunk prefix without brackets is a digit', () => {
    expect(normalizePhoneNumber('+49 0170 12345612')).toBe('+49017012345612');
  });

  it.each([
    ['without the plus sign', '4917012345612'],
    ['of one country', '0170 12345612'],
    ['with a prefix for abroad', '0049 170 12345612'],
    ['with a trunk prefix', '+49 (0) 170 12345612'],
    ['with a trunk prefix in other brackets', '+49 [0]170 12345612'],
    ['with a trunk prefix and a mark that does not show', '+49 (0\u200b) 170 12345612'],
    ['with a trunk prefix behind such a mark', '+49 (\u20600) 170 12345612'],
    ['with a trunk prefix and a dash', '+49 (0-) 170 12345612'],
    ['with a trunk prefix behind a dash', '+49 (\u22120) 170 12345612'],
    ['with a trunk prefix and more in brackets', '+49 (0170) 12345612'],
    ['with a trunk prefix in two brackets', '+49 [(0)] 170 12345612'],
    ['with a trunk prefix and a bracket that is not closed', '+49 (0 170 12345612'],
    ['of a country that there is not', '+0170 12345612'],
    ['with an extension', '+49 170 12345612 ext. 3'],
    ['with dots', '+49.170.12345612'],
    ['with slashes', '+49 170/12345612'],
    ['of letters', '+1 800 FLOWERS'],
    ['with a trunk prefix in other digits', '+٤٩ (٠) ١٧٠ ١٢٣٤٥٦١٢'],
    ['with two plus signs', '++4917012345612'],
    ['too short', '+555123'],
    ['too long', '+1234567890123456'],
    ['two of them', '+4917012345612,+4917012345613'],
    ['empty', ''],
    ['of separators alone', ' ()- '],
    ['without end', `+4917012345612${' '.repeat(MAX_PHONE_NUMBER_LENGTH)}`],
  ])('takes no number %s', (_, text) => {
    expect(normalizePhoneNumber(text)).toBeNull();
  });
});
