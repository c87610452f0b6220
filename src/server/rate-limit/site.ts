/** So many clients of one /48 of IPv6 may each use their whole limit up in the same minute. */
export const CLIENTS_OF_SITE = 16;
