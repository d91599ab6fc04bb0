"""What readers add to their lead: the form that follows the button of an offer."""
