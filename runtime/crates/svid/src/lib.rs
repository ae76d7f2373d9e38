//! SPIFFE identities and X.509-SVIDs: the grammar, the certificate profile, the chain.
