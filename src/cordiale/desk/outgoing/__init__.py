"""What goes out: release and its queue, consents, recalls, exports and feeds."""
