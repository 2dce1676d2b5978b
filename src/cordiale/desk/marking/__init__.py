"""What a person says about objects: markings, notes, opinions and whose word is shown."""
