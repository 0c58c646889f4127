namespace DeviceAgent.Testbed.Hosting;

/// <summary>One service of the cloud, one loopback port. The value is the distance from the port base.</summary>
internal enum Door
{
    /// <summary>The IoT credentials provider: mutual TLS.</summary>
    CredentialsProvider = 0,

    /// <summary>DynamoDB: HTTP, SigV4.</summary>
    DynamoDb = 1,

    /// <summary>The IoT control plane: HTTP, SigV4.</summary>
    Iot = 2,

    /// <summary>IAM: HTTP, SigV4.</summary>
    Iam = 3,

    /// <summary>STS: HTTP, SigV4.</summary>
    Sts = 4,

    /// <summary>The IoT data plane of operators: HTTP, SigV4.</summary>
    IotData = 5,

    /// <summary>The IoT data plane of devices, as <c>aws iot describe-endpoint</c> tells it: MQTT and HTTPS, mutual TLS.</summary>
    IotDevices = 6,

    /// <summary>The testbed's own: state of the devices, fault switches. Not an AWS interface.</summary>
    Console = 9,
}
