/** `mfa_chain_event()`, which `event-chain-hash.ts` recomputes. */
const CHAIN_FUNCTION = `CREATE FUNCTION mfa_chain_event() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    chained bytea;
    field text;
  BEGIN
    INSERT INTO mfa_event_heads AS head (user_id, seq, hash)
      VALUES (NEW.user_id, 1, decode(repeat('00', 32), 'hex'))
      ON CONFLICT (user_id) DO UPDATE SET seq = head.seq + 1
      RETURNING head.seq, head.hash INTO NEW.seq, chained;
    FOREACH field IN ARRAY ARRAY[
      NEW.user_id, NEW.seq::text, NEW.id::text,
      (extract(epoch FROM NEW.at) * 1000000)::bigint::text,
      NEW.type, NEW.factor, NEW.ip, NEW.user_agent
    ] LOOP
      chained := chained || coalesce(
        int4send(octet_length(convert_to(field, 'UTF8'))) || convert_to(field, 'UTF8'),
        '\\xffffffff'::bytea);
    END LOOP;
    NEW.hash := sha256(chained);
    UPDATE mfa_event_heads SET hash = NEW.hash WHERE user_id = NEW.user_id;
    RETURN NEW;
  END $$`;

/**
 * Chains every event to the one before it of the same user, whatever inserts it: its number is one
 * more, and its hash is the SHA-256 of that one's hash (32 zero bytes for the first) and of its own
 * user, number, id, microseconds since 1970, type, factor, address and user agent, each as UTF-8
 * behind its length in four bytes, and four bytes of ones where there is none.
 */
export const CHAIN_EVENTS = [
  CHAIN_FUNCTION,
  `CREATE TRIGGER mfa_events_chain BEFORE INSERT ON mfa_events
    FOR EACH ROW EXECUTE FUNCTION mfa_chain_event()`,
];

/** Takes {@link CHAIN_EVENTS} back, once the table is gone. */
export const UNCHAIN_EVENTS = 'DROP FUNCTION mfa_chain_event()';
