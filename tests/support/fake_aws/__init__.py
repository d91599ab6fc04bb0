"""An AWS account on the loopback interface that a deployment can be made in, with every request written down."""
