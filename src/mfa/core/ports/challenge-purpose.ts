/** What a ceremony is for. `manage` proves an active method to authorise a change of factors. */
export type ChallengePurpose = 'login' | 'enrol' | 'manage' | 'step_up';
