"""How the window looks: colours, icons, labels that shorten themselves."""
