"""From a fact to a message that has left: drafted, judged, merged, handed over, its outcome kept."""
