"""The rules that rank the backlog as people work on them: drafts, previews, approvals, the guard, coming in force."""
