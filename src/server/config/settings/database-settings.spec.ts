import { DATABASE_SETTINGS } from './database-settings.js';

const [{ format }] = DATABASE_SETTINGS;

describe('DATABASE_URL', () => {
  it.each([
    'postgres://mfa@db.example.org/mfa',
    'postgresql://mfa:a,b@10.0.0.1:5433/mfa?sslmode=require',
    'postgres:///mfa?host=/var/run/postgresql',
  ])('takes %s', (text) => {
    expect(format.safeParse(text).data).toBe(text);
  });

  it.each([
    'postgres://a.example.org,b.example.org/mfa',
    'postgres://a.example.org%2Cb.example.org/mfa',
    'postgres://a.example.org:5432,b.example.org:5432/mfa',
    'postgres:///mfa?host=a.example.org,b.example.org',
    'postgres://a.example.org/mfa?port=5432,5433',
    'postgres://a.example.org/mfa?target_session_attrs=read-write',
    'postgres://a.example.org/mfa?load_balance_hosts=random',
    'mysql://a.example.org/mfa',
  ])('refuses %s', (text) => {
    expect(format.safeParse(text).data).toBeUndefined();
  });

  it('says what to do where there are several hosts', () => {
    expect(format.description).toBe(
      'a URL that begins with postgres:// or postgresql:// and names a host: one that always leads to the primary, as the driver knows no lists of hosts, target_session_attrs or load_balance_hosts',
    );
  });
});
