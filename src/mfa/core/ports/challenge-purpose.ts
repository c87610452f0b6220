/** The purpose of a ceremony. `manage` proves an active method to authorise a change of factors. */
export type ChallengePurpose = 'login' | 'enrol' | 'manage' | 'step_up';
