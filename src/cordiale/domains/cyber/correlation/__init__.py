"""What has to do with what: by value, network, name, certificate, likeness of files, and what they stand on."""
