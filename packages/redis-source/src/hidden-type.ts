/** Stands for the type of a key that the ACL hides from the user. SCAN shows its name nevertheless. */
export const HIDDEN_TYPE = 'no permission';
