"""The words of messages: their files and versions, languages, placeholders, and how they become a mail."""
