package store

// UsersOfServer are the mounts, syncs and automations that use a server, in
// words.
func (s *Store) UsersOfServer(name string) []string { return s.view().usersOfServer(name) }

// UsersOfCredential are the servers and roles that use a credential, in words.
func (s *Store) UsersOfCredential(name string) []string { return s.view().usersOfCredential(name) }
