-- A seat that somebody holds is offered to somebody else.

alter table invitations
  -- What whoever is to take the seat over is called, as far as it was said. The name on the member
  -- is the present holder's until then.
  add column name text;
