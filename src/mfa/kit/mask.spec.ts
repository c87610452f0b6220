import { maskEmail, maskPhone } from './mask.js';

describe('maskEmail', () => {
  it.each([
    ['ada@example.org', 'a•••@example.org'],
    ['ada.lovelace+mfa@mail.example.org', 'a•••@mail.example.org'],
    ['ab@example.org', 'a•••@example.org'],
    ['a@example.org', '•••@example.org'],
    ['@example.org', '•••@example.org'],
    ['"a@b"@example.org', '"•••@example.org'],
    ['😀da@example.org', '😀•••@example.org'],
    ['😀@example.org', '•••@example.org'],
    ['ada@', '•••'],
    ['ada', '•••'],
    ['@', '•••'],
    ['', '•••'],
  ])('shows %j as %j', (address, masked) => {
    expect(maskEmail(address)).toBe(masked);
  });
});

describe('maskPhone', () => {
  it.each([
    ['+4917012345612', '•••12'],
    ['+5551234', '•••34'],
    ['+555123', '•••'],
    ['017012345612', '•••'],
    ['', '•••'],
  ])('shows %j as %j', (number, masked) => {
    expect(maskPhone(number)).toBe(masked);
  });
});
