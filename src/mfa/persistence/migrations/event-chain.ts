/**
 * A field after its length, so that different fields never give the same bytes. It is STABLE
 * because `convert_to` is: PostgreSQL would not inline an IMMUTABLE one.
 */
const FIELD_FUNCTION = `CREATE FUNCTION mfa_chain_field(field text) RETURNS bytea
  LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(
      int4send(octet_length(convert_to(field, 'UTF8'))) || convert_to(field, 'UTF8'),
      '\\xffffffff'::bytea)
  $$`;

/** `event-chain-hash.ts` computes the same. */
const CHAIN_FUNCTION = `CREATE FUNCTION mfa_chain_event() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    head mfa_event_heads;
  BEGIN
    SELECT * INTO head FROM mfa_event_heads WHERE user_id = NEW.user_id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
      INSERT INTO mfa_event_heads AS h (user_id, seq, hash)
        VALUES (NEW.user_id, 0, decode(repeat('00', 32), 'hex'))
        ON CONFLICT (user_id) DO UPDATE SET seq = h.seq
        RETURNING * INTO head;
    END IF;
    NEW.seq := head.seq + 1;
    NEW.hash := sha256(head.hash
      || mfa_chain_field(NEW.user_id) || mfa_chain_field(NEW.seq::text)
      || mfa_chain_field(NEW.id::text)
      || mfa_chain_field((extract(epoch FROM NEW.at) * 1000000)::bigint::text)
      || mfa_chain_field(NEW.type) || mfa_chain_field(NEW.factor)
      || mfa_chain_field(NEW.ip) || mfa_chain_field(NEW.user_agent));
    UPDATE mfa_event_heads SET seq = NEW.seq, hash = NEW.hash WHERE user_id = NEW.user_id;
    RETURN NEW;
  END $$`;

/** The trigger on `mfa_events`, which no entity can declare. */
export const CHAIN_TRIGGER = 'mfa_events_chain';

/**
 * Chains every event to the previous one of the same user, no matter what inserts it. Its number is
 * one more. Its hash is the SHA-256 of the previous hash (32 zero bytes for the first) and of its
 * own user, number, id, microseconds since 1970, type, factor, address and user agent. Each field
 * is UTF-8 after its length in four bytes; an absent field is four 0xff bytes.
 */
export const CHAIN_EVENTS = [
  FIELD_FUNCTION,
  CHAIN_FUNCTION,
  `CREATE TRIGGER ${CHAIN_TRIGGER} BEFORE INSERT ON mfa_events
    FOR EACH ROW EXECUTE FUNCTION mfa_chain_event()`,
];

/** Reverts {@link CHAIN_EVENTS} after the table is dropped. */
export const UNCHAIN_EVENTS = 'DROP FUNCTION mfa_chain_event(), mfa_chain_field(text)';
