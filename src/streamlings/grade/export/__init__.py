"""What comes out of a batch, each format from the one result schema. Whatever a submission says is text in it, and never markup."""
