/** A sign-in by two factors remembers no more devices of a user than these: the one used longest ago goes. */
export const MOST_DEVICES = 20;

/**
 * It waits for no lock: a device that signs in at this moment stays, and goes with a later one. So no two
 * writers wait for each other.
 */
const BOUND_FUNCTION = `CREATE FUNCTION mfa_bound_devices() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM mfa_devices d USING (
      SELECT user_id, id FROM mfa_devices
      WHERE user_id = NEW.user_id AND id = ANY(ARRAY(
        SELECT id FROM mfa_devices WHERE user_id = NEW.user_id
        ORDER BY last_used_at DESC, id DESC OFFSET ${MOST_DEVICES - 1}))
      FOR UPDATE SKIP LOCKED
    ) surplus WHERE d.user_id = surplus.user_id AND d.id = surplus.id;
    RETURN NEW;
  END $$`;

/** The trigger on `mfa_devices`, which no entity can declare. */
export const BOUND_TRIGGER = 'mfa_devices_bound';

/** Bounds the devices of each user, no matter what inserts them. */
export const BOUND_DEVICES = [
  BOUND_FUNCTION,
  `CREATE TRIGGER ${BOUND_TRIGGER} BEFORE INSERT ON mfa_devices
    FOR EACH ROW EXECUTE FUNCTION mfa_bound_devices()`,
];

/** Reverts {@link BOUND_DEVICES} after the table is dropped. */
export const UNBOUND_DEVICES = 'DROP FUNCTION mfa_bound_devices()';
