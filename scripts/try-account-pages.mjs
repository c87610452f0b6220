/* global HTMLInputElement */
/*
 * Opens the pages that links of mails lead to with a headless browser, as a person would, in every
 * language:
 *
 *   node scripts/try-account-pages.mjs [folder for screenshots]
 *
 * Needs a build in dist/ and a Chromium (CHROMIUM_PATH, or /usr/bin/chromium).
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryInBrowser } from './try-in-browser.mjs';

const SCREENSHOT_FOLDER = process.argv[2] ?? join(tmpdir(), 'account-pages');
const MOST_LOOKS = 100;

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {keyof typeof SHOWN} Language
 */

/** The texts that people read, by language. */
const SHOWN = {
  en: {
    newDevice: 'Your account was signed in to from a new device',
    notMe: 'This was not me',
    secured: 'Your account is secured: please choose a new password',
    reset: 'Choose a new password',
    save: 'Save the new password',
    weak: /^Please choose another one/,
    done: /^Done\./,
    used: /^This link was used already/,
    confirm: 'Please confirm your e-mail address',
    confirmIt: 'Confirm the address',
    confirmNew: 'Please confirm your new e-mail address',
    confirmNewIt: 'Confirm the new address',
    signIn: 'Go on to sign in',
  },
  de: {
    newDevice: 'Anmeldung an Ihrem Konto mit einem neuen Gerät',
    notMe: 'Das war ich nicht',
    secured: 'Ihr Konto ist gesichert: Bitte wählen Sie ein neues Passwort',
    reset: 'Wählen Sie ein neues Passwort',
    save: 'Neues Passwort speichern',
    weak: /^Bitte wählen Sie ein anderes/,
    done: /^Erledigt\./,
    used: /^Dieser Link wurde schon benutzt/,
    confirm: 'Bitte bestätigen Sie Ihre E-Mail-Adresse',
    confirmIt: 'Adresse bestätigen',
    confirmNew: 'Bitte bestätigen Sie Ihre neue E-Mail-Adresse',
    confirmNewIt: 'Neue Adresse bestätigen',
    signIn: 'Weiter zur Anmeldung',
  },
};

/** @type {Language[]} */
const LANGUAGES = ['en', 'de'];

/** A person who uses the browser and reads the server's mailbox page. */
class Person {
  /**
   * @param {Page} page
   * @param {string} url
   * @param {Language} language
   */
  constructor(page, url, language) {
    this.page = page;
    this.url = url;
    this.language = language;
    this.shown = SHOWN[language];
    this.username = `u${randomBytes(5).toString('hex')}`;
    this.email = `${this.username}@example.org`;
    this.password = randomBytes(12).toString('base64url');
  }

  /**
   * @param {string} path
   * @param {object} body
   * @param {string} userAgent
   * @param {string} [access]
   */
  async post(path, body, userAgent = 'a known browser', access) {
    const response = await globalThis.fetch(`${this.url}/api/auth/${path}/`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'accept-language': this.language,
        'user-agent': userAgent,
        ...(access !== undefined && { authorization: `Bearer ${access}` }),
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }

  /** @param {string} [userAgent] */
  login(userAgent) {
    const { username, password } = this;
    return this.post('login', { username, password }, userAgent);
  }

  /**
   * Waits for a mail, which arrives shortly after its cause.
   *
   * @param {string} subject
   */
  async mail(subject) {
    const mail = this.page
      .locator('article')
      .filter({ has: this.page.getByRole('heading', { name: subject, exact: true }) })
      .filter({ hasText: this.email });
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      await this.page.goto(`${this.url}/dev/mailbox`);
      if ((await mail.count()) > 0) return mail.first();
      await this.page.waitForTimeout(100);
    }
    throw new Error(`No mail "${subject}" has come.`);
  }

  /** @param {string} subject */
  async linkOf(subject) {
    const link = (await this.mail(subject)).getByRole('link').last();
    const { pathname, hash } = new URL(String(await link.getAttribute('href')));
    assert.match(pathname, /^\/account\//, `"${subject}" has a link`);
    return `${this.url}${pathname}${hash}`;
  }

  /**
   * Opens a link in a new page, as a mail program does.
   *
   * @param {string} link
   */
  async open(link) {
    await this.page.goto('about:blank');
    await this.page.goto(link);
    assert.equal(new URL(this.page.url()).hash, '', 'the token is out of the address');
  }

  /**
   * @param {string} button
   * @param {RegExp} expected
   */
  async press(button, expected) {
    await this.page.locator('button', { hasText: button }).click();
    await this.page.locator('[role="status"]', { hasText: expected }).waitFor();
  }

  /** Expects a page that is done and links to the sign-in. */
  async leadsOn() {
    const link = this.page.getByRole('link', { name: this.shown.signIn });
    await link.waitFor();
    assert.equal(await link.getAttribute('href'), '/');
    assert.equal(await this.page.locator('button').count(), 0);
  }

  /** @param {string} name */
  async shoot(name) {
    const path = join(SCREENSHOT_FOLDER, `${this.language}-${name}.png`);
    await this.page.screenshot({ path });
  }
}

/** @param {Person} person */
async function sayNotMe(person) {
  const { shown } = person;
  await person.login();
  await person.login('a new browser');
  const link = await person.linkOf(shown.newDevice);
  await person.shoot('01-mail');
  await person.open(link);
  await person.shoot('02-not-me');
  assert.equal(await person.page.getByRole('link').count(), 0, 'the link is not there yet');
  await person.press(shown.notMe, shown.done);
  await person.leadsOn();
  await person.shoot('03-not-me-done');
  assert.equal((await person.login()).body.code, 'invalid_credentials');
  await person.open(link);
  await person.press(shown.notMe, shown.used);
  await person.leadsOn();
  await person.shoot('04-not-me-again');
  await person.mail(shown.secured);
}

/** @param {Person} person */
async function resetPassword(person) {
  const { page, shown } = person;
  await person.post('password/reset', { email: person.email });
  const link = await person.linkOf(shown.reset);
  await person.open(link);
  const field = page.locator('input[name="new_password"]');
  await field.fill('short');
  await page.locator('button').click();
  const isTooShort = await field.evaluate(
    (input) => input instanceof HTMLInputElement && input.validity.tooShort,
  );
  assert.equal(isTooShort, true);
  await field.fill(person.email);
  await person.press(shown.save, shown.weak);
  await person.shoot('05-reset-refused');
  person.password = randomBytes(12).toString('base64url');
  await field.fill(person.password);
  await person.press(shown.save, shown.done);
  await person.leadsOn();
  await person.shoot('06-reset-done');
  assert.equal((await person.login()).status, 200);
  await person.open(link);
  await field.fill(person.password);
  await person.press(shown.save, shown.used);
}

/** @param {Person} person */
async function confirmAddress(person) {
  const { page, shown } = person;
  const link = await person.linkOf(shown.confirm);
  await person.open(link);
  await person.shoot('09-verify-email');
  await person.press(shown.confirmIt, shown.done);
  await person.leadsOn();
  await person.shoot('10-verify-email-done');
  await person.open(link);
  await person.press(shown.confirmIt, shown.used);
  await person.leadsOn();
  await page.getByRole('link', { name: shown.signIn }).click();
  await page.getByRole('link', { name: 'Swagger UI' }).waitFor();
  await person.shoot('11-start');
}

/** @param {Person} person */
async function changeAddress(person) {
  const { shown, username } = person;
  const { access } = (await person.login()).body;
  person.email = `${username}@example.net`;
  await person.post('email/change', { email: person.email }, 'a known browser', access);
  const link = await person.linkOf(shown.confirmNew);
  await person.open(link);
  await person.shoot('12-change-email');
  await person.press(shown.confirmNewIt, shown.done);
  await person.leadsOn();
  await person.shoot('13-change-email-done');
  await person.open(link);
  await person.press(shown.confirmNewIt, shown.used);
}

/**
 * Plays as a new person, and expects no errors in the browser's console.
 *
 * @param {Language} language
 * @param {{context: import('playwright-core').BrowserContext, url: string}} browser
 * @param {(person: Person) => Promise<void>} play
 */
async function tryAs(language, { context, url }, play) {
  await context.setExtraHTTPHeaders({ 'accept-language': language });
  const page = await context.newPage();
  /** @type {string[]} */
  const complaints = [];
  page.on('console', (message) => {
    const isRefusal = /Failed to load resource.*status of 4\d\d/.test(message.text());
    if (message.type() === 'error' && !isRefusal) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.setDefaultTimeout(10_000);
  const person = new Person(page, url, language);
  const { username, email, password } = person;
  await person.post('registration', { username, email, password });
  await play(person);
  assert.deepEqual(complaints, [], 'the browser has nothing to complain about');
  await page.close();
}

/** @param {Person} person */
async function useMailedLinks(person) {
  const { page, url, language } = person;
  await sayNotMe(person);
  await resetPassword(person);
  await page.setViewportSize({ width: 390, height: 700 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await person.open(`${url}/account/reset-password#none`);
  await person.shoot('07-reset-on-a-phone-at-night');
  await person.open(`${url}/account/not-me#none`);
  await person.shoot('08-not-me-on-a-phone-at-night');
  console.log(`${language}: not me, and a new password`);
}

/**
 * @param {(person: Person) => Promise<void>} play
 * @param {Record<string, string>} [settings]
 */
async function inEveryLanguage(play, settings) {
  await tryInBrowser(async (context, url) => {
    for (const language of LANGUAGES) await tryAs(language, { context, url }, play);
  }, settings);
}

await mkdir(SCREENSHOT_FOLDER, { recursive: true });
await inEveryLanguage(useMailedLinks);
await inEveryLanguage(confirmAddress, { EMAIL_VERIFICATION: 'link' });
await inEveryLanguage(changeAddress, { EMAIL_VERIFICATION: 'link' });
console.log(`Screenshots: ${SCREENSHOT_FOLDER}`);
