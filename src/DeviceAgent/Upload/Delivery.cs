namespace DeviceAgent.Upload;

/// <summary>How it went with one batch.</summary>
/// <param name="Items">In the batch.</param>
/// <param name="Accepted">Arrived and acknowledged.</param>
/// <param name="Fault">Null: nothing of the batch is left to do.</param>
internal sealed record Delivery(int Items, int Accepted, UploadFault? Fault)
{
    /// <summary>0 to 1.</summary>
    public double Share => (double)Accepted / Items;
}
